"""Whether a rule hits an order, on which lines, or why not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from loyalty.rules import earning_compile as book
from loyalty.rules.earning_compile import Rule
from loyalty.rules.earning_facts import Facts
from members.rules import conditions

# What a trace never says of a member; that it was not so is enough.
UNTOLD = frozenset({"member.tags", "member.is_birthday"})


@dataclass(frozen=True, slots=True)
class Hit:
    """The lines (indexes) whose money a rule counts on."""

    rule: Rule
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Miss:
    """Why a rule gave nothing: a code, and what belongs to it."""

    rule: Rule
    why: str
    details: dict[str, Any] = field(default_factory=dict)


def judge(rule: Rule, facts: Facts) -> Hit | Miss:
    """A rule hits when at least one line with money matches and the thresholds hold over all
    that do."""
    if rule.store_ids and facts.place.store_id not in rule.store_ids:
        return Miss(rule, "store")
    if rule.condition is None:
        return Miss(rule, "bad_condition")
    matching = _matching(rule, facts)
    if not matching:
        return Miss(rule, "condition", _leaf(rule, facts))
    lines = tuple(index for index in matching if facts.eligible_amounts[index] > 0)
    if not lines:
        return Miss(rule, "no_money")
    amount = sum(facts.eligible_amounts[index] for index in lines)
    if amount < rule.min_amount:
        return Miss(rule, "min_amount", {"wanted": rule.min_amount, "seen": amount})
    if rule.min_quantity == 0:
        return Hit(rule, lines)
    quantity = sum((facts.lines[index].quantity for index in lines), Decimal(0))
    if quantity < rule.min_quantity:
        return Miss(rule, "min_quantity", {"wanted": rule.min_quantity, "seen": plain(quantity)})
    return Hit(rule, lines)


def not_in_force(rule: Rule, at: datetime) -> Miss:
    """A rule that is not there yet, or no longer."""
    if at < rule.valid_from:
        return Miss(rule, "not_in_force", {"from": rule.valid_from.isoformat()})
    assert rule.valid_until is not None
    return Miss(rule, "not_in_force", {"until": rule.valid_until.isoformat()})


def _matching(rule: Rule, facts: Facts) -> Sequence[int]:
    assert rule.condition is not None
    every = range(len(facts.eligible_amounts))
    if rule.condition.is_always:
        return every
    if not rule.is_per_line:
        return every if conditions.matches(rule.condition, facts.of_order()) else ()
    test = rule.condition.test
    return [index for index in every if test(facts.of_line(index))]


def _leaf(rule: Rule, facts: Facts) -> dict[str, Any]:
    """The first comparison that failed; for a line's rule on the line with most money."""
    assert rule.condition is not None
    seen = facts.of_order()
    if rule.is_per_line:
        amounts = facts.eligible_amounts
        seen = facts.of_line(max(range(len(amounts)), key=lambda index: amounts[index]))
    leaves = conditions.explain(rule.condition, seen)
    first = next((leaf for leaf in leaves if not leaf.is_met), leaves[0])
    return {
        "field": first.field,
        "op": first.op,
        "wanted": plain(first.value),
        "seen": None if first.field in UNTOLD else plain(first.seen),
    }


def plain(value: Any) -> Any:
    """As JSON writes it: dates and decimals are text, sets are lists."""
    if isinstance(value, (date, Decimal)):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return value


def sort_out(selection: book.Selection, facts: Facts) -> tuple[list[Hit], list[Miss]]:
    """Every rule that is in force, and those that narrowly aren't: hit or missed."""
    hits: list[Hit] = []
    misses: list[Miss] = []
    for rule in selection.rules:
        outcome = judge(rule, facts)
        (hits if isinstance(outcome, Hit) else misses).append(outcome)  # type: ignore[arg-type]
    misses += [not_in_force(rule, facts.occurred_at) for rule in selection.near]
    return hits, misses
