"""Earning rules and baskets without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from loyalty.rules import earning, order_fields
from loyalty.rules.earning import Award
from loyalty.rules.earning_caps import Limits
from loyalty.rules.earning_compile import Caps, Group, Rule, Rulebook
from loyalty.rules.earning_facts import Buyer, Facts, Place
from members.rules import conditions
from tests.loyalty.till import NOW, SHANGHAI, at

BEGAN = at("2026-01-01")


@dataclass(frozen=True)
class Line:
    """A line of a basket; amounts in fen."""

    net_amount: int
    sku: str = "SK-1"
    category: str = ""
    brand: str = ""
    quantity: Decimal = Decimal(1)


def rule(code: str, condition: Mapping[str, Any] | None = None, **settings: Any) -> Rule:
    parsed = conditions.parse(condition or {}, order_fields.FIELDS)
    return Rule(
        **{
            "id": sum(map(ord, code)),
            "code": code,
            "version": 1,
            "valid_from": BEGAN,
            "condition": parsed,
            "is_per_line": order_fields.is_per_line(parsed),
            "fields": conditions.fields_of(parsed),
            **settings,
        }
    )


def per_amount(code: str = "base", condition: Any = None, **settings: Any) -> Rule:
    """One point per yuan."""
    return rule(code, condition, effect="PER_AMOUNT", **settings)


def times(code: str, percent: int, condition: Any = None, **settings: Any) -> Rule:
    return rule(code, condition, effect="MULTIPLIER", percent=percent, **settings)


def bonus(code: str, points: int, condition: Any = None, **settings: Any) -> Rule:
    return rule(code, condition, effect="FIXED", points=points, **settings)


def buyer(tier: str = "member", percent: int = 100, **settings: Any) -> Buyer:
    return Buyer(tier=tier, coefficient_percent=percent, **settings)


def facts(
    lines: Sequence[Line | int],
    *,
    who: Buyer | None = None,
    when: datetime = NOW,
    eligible: Sequence[int] | None = None,
    **place: Any,
) -> Facts:
    sold = [Line(one) if isinstance(one, int) else one for one in lines]
    return Facts(
        lines=sold,
        eligible_amounts=eligible or [line.net_amount for line in sold],
        buyer=who or buyer(),
        place=Place(zone=SHANGHAI, **place),
        occurred_at=when,
        program_zone=SHANGHAI,
    )


def award(
    rules: Sequence[Rule],
    lines: Sequence[Line | int],
    *,
    buyer: Buyer | None = None,
    tier_group: Group | None = None,
    caps: Caps | None = None,
    limits: Limits = earning.NO_LIMITS,
    **options: Any,
) -> Award:
    book = Rulebook(tuple(rules), caps or Caps(), tier_group or Group("tier:"))
    seen = facts(lines, who=buyer, **options)
    return earning.award(book.at(seen.occurred_at), seen, limits)


def brought(award: Award) -> dict[str, int]:
    """Points by what brought them."""
    return {row["id"]: row["points"] for row in award.breakdown}


def why(award: Award, code: str) -> Any:
    """The trace's word on a rule."""
    return next(row for row in award.trace["rules"] if row["rule"] == code)
