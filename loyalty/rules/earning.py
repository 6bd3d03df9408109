"""What an order earns, and why: awards and the decision trace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalty.rules import shares


@dataclass(frozen=True, slots=True)
class BaseRule:
    """`points` per `per_amount` of eligible money, in minor units, in force in a period."""

    id: int
    code: str
    version: int
    per_amount: int
    points: int
    valid_from: datetime
    valid_until: datetime | None = None

    def is_in_force(self, at: datetime) -> bool:
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


@dataclass(frozen=True, slots=True)
class Award:
    """Points of an order and of each of its lines, with what led to them."""

    points: int
    line_points: tuple[int, ...]
    breakdown: tuple[dict[str, Any], ...]
    trace: dict[str, Any]


def in_force(rules: Sequence[BaseRule], at: datetime) -> BaseRule | None:
    """The base rule that holds at `at`: of several the newest version."""
    valid = [rule for rule in rules if rule.is_in_force(at)]
    return max(valid, key=lambda rule: (rule.valid_from, rule.version), default=None)


def award(
    eligible_amounts: Sequence[int], rule: BaseRule | None, tier_code: str, coefficient_percent: int
) -> Award:
    """Points = eligible × rule × coefficient, rounded down once per order, then allocated to
    the lines by largest remainder.

    Source: docs/algorithms/earning.md.
    """
    eligible = sum(eligible_amounts)
    if rule is None or eligible <= 0:
        return Award(
            points=0,
            line_points=(0,) * len(eligible_amounts),
            breakdown=(),
            trace={
                "eligible_amount": eligible,
                "missed": "no_rule" if rule is None else "no_money",
            },
        )
    base = eligible * rule.points // rule.per_amount
    points = eligible * rule.points * coefficient_percent // (rule.per_amount * 100)
    return Award(
        points=points,
        line_points=tuple(shares.split(points, list(eligible_amounts))),
        breakdown=_breakdown(rule, base, tier_code, points),
        trace={
            "eligible_amount": eligible,
            "rule": rule.code,
            "version": rule.version,
            "per_amount": rule.per_amount,
            "points": rule.points,
            "base_points": base,
            "tier": tier_code,
            "coefficient_percent": coefficient_percent,
            "earned_points": points,
        },
    )


def _breakdown(
    rule: BaseRule, base: int, tier_code: str, points: int
) -> tuple[dict[str, Any], ...]:
    rows = [{"id": f"rule:{rule.code}", "points": base}]
    if points != base:
        rows.append({"id": f"tier:{tier_code}", "points": points - base})
    return tuple(rows)
