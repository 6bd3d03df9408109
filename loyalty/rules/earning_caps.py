"""How much a rule, or the programme, may still give: caps and budgets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from loyalty.rules.earning_compile import Caps, Rule


@dataclass(frozen=True, slots=True)
class Used:
    """Points that a rule gave this member so far, less what came back: that day, that month,
    ever."""

    day: int = 0
    month: int = 0
    member: int = 0


NOTHING = Used()


@dataclass(frozen=True, slots=True)
class Limits:
    """What was given before, by the rule's code ("" for the programme), and what a rule's
    budget grants, by the rule's id; a rule that isn't named there gets what it asks."""

    used: Mapping[str, Used] = field(default_factory=dict)
    grants: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most so many points, and what the limit is called; None: as many as it gives."""

    points: int | None = None
    reason: str = ""


def allowance(rule: Rule, limits: Limits) -> Allowance:
    """What a rule may give on one order."""
    allowed = headroom(rule.caps, limits.used.get(rule.code, NOTHING))
    grant = limits.grants.get(rule.id) if rule.has_budget else None
    if grant is not None and (allowed.points is None or grant < allowed.points):
        return Allowance(grant, "budget")
    return allowed


def headroom(caps: Caps, used: Used) -> Allowance:
    """The tightest of the caps; of equal ones the shortest period."""
    tightest = Allowance()
    for cap, before, reason in (
        (caps.order, 0, "order_cap"),
        (caps.day, used.day, "daily_cap"),
        (caps.month, used.month, "monthly_cap"),
        (caps.member, used.member, "member_cap"),
    ):
        if cap is None:
            continue
        left = max(0, cap - before)
        if tightest.points is None or left < tightest.points:
            tightest = Allowance(left, reason)
    return tightest
