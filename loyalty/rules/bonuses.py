"""Fixed bonuses when goods come back: judged again on what is left, or taken back pro rata.

Source: docs/algorithms/refunds.md, "Bonuses".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from loyalty.rules import earning_matching, order_fields
from loyalty.rules.earning_compile import Rule
from loyalty.rules.earning_facts import FROM_LINES, LINE_FIELDS, Facts, Place, Values, whole
from loyalty.rules.earning_matching import Hit
from members.rules.conditions import Type

# Of a line, what a refund doesn't change.
_KEPT = ("line.sku", "line.category", "line.brand")


@dataclass(frozen=True, slots=True)
class LeftLine:
    """What is left of a line: its value, its quantity, and of its value the money that earned."""

    net_amount: int
    quantity: Decimal
    eligible_amount: int
    sold_eligible_amount: int

    @property
    def is_there(self) -> bool:
        return self.net_amount > 0 or self.quantity > 0


@dataclass(slots=True)
class Left:
    """An order after its refunds, as `earning_matching.judge` sees one: what followed from the
    lines is worked out anew, all else is the snapshot."""

    lines: Sequence[LeftLine]
    snapshot: Mapping[str, Any]
    place: Place
    eligible_amounts: Sequence[int] = field(init=False)

    def __post_init__(self) -> None:
        self.eligible_amounts = [line.eligible_amount for line in self.lines]

    def of_order(self) -> Values:
        there = [line for line in self.lines if line.is_there]
        kept = {code: _typed(code, value) for code, value in self.snapshot["order"].items()}
        return {
            **kept,
            "order.eligible_amount": sum(self.eligible_amounts),
            "order.net_amount": sum(line.net_amount for line in there),
            "order.lines_count": len(there),
            "order.quantity": whole(sum((line.quantity for line in there), Decimal(0))),
        }

    def of_line(self, index: int) -> Values:
        line = self.lines[index]
        kept = {code: values[index] for code, values in self.snapshot["lines"].items()}
        return {
            **self.of_order(),
            **kept,
            "line.net_amount": line.net_amount,
            "line.quantity": whole(line.quantity),
        }


def snapshot(rule: Rule, facts: Facts, lines: Sequence[int]) -> dict[str, Any]:
    """What judging the rule again will need, as JSON; `matched` are the lines' indexes."""
    seen = facts.of_order() if rule.fields else {}
    every = range(len(facts.lines))
    kept = [code for code in _KEPT if code in rule.fields]
    return {
        "order": {
            code: earning_matching.plain(seen.get(code))
            for code in sorted(rule.fields - LINE_FIELDS - FROM_LINES)
        },
        "lines": {code: [facts.of_line(index)[code] for index in every] for code in kept},
        "matched": list(lines),
    }


def taken_back(
    rule: Rule, points: int, on_return: str, snapshot: Mapping[str, Any], lines: Sequence[LeftLine]
) -> int:
    """How many of a bonus's points have come back, in all, with what is left of the order."""
    if on_return == "PRORATE":
        return _prorated(points, snapshot, lines)
    left: Any = Left(lines, snapshot, Place(zone=None))  # type: ignore[arg-type]
    # It was sold where the rule was live.
    outcome = earning_matching.judge(replace(rule, store_ids=frozenset()), left)
    return 0 if isinstance(outcome, Hit) else points


def _prorated(points: int, snapshot: Mapping[str, Any], lines: Sequence[LeftLine]) -> int:
    """K(R) over the money of the lines that it was given for."""
    matched = [lines[index] for index in snapshot["matched"]]
    sold = sum(line.sold_eligible_amount for line in matched)
    left = sum(line.eligible_amount for line in matched)
    return points - points * left // sold if sold else points


def _typed(code: str, value: Any) -> Any:
    kind = order_fields.FIELDS[code].type if code in order_fields.FIELDS else None
    if kind == Type.DATE and isinstance(value, str):
        return date.fromisoformat(value)
    return frozenset(value) if kind == Type.SET and value is not None else value
