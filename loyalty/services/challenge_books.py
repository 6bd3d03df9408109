"""Challenges as they are judged: compiled with the programme, and kept until its version rises."""

from datetime import datetime

from loyalty.models import Challenge
from loyalty.rules import challenge_fields, order_fields
from loyalty.rules.challenges import Rule
from members.rules import conditions
from members.rules.conditions import BadCondition, Condition


def compiled() -> tuple[Rule, ...]:
    """Those that are live, and those that were: returns still unwind what they gave."""
    rows = Challenge.objects.exclude(state=Challenge.State.DRAFT).order_by("pk")
    return tuple(rule(row) for row in rows.select_related("tier", "for_tier"))


def rule(challenge: Challenge) -> Rule:
    """One, compiled; a draft that says no beginning counts from its creation."""
    condition = _condition(challenge)
    starts_at = challenge.valid_from or challenge.created_at
    assert starts_at is not None
    return Rule(
        id=challenge.pk or 0,
        code=challenge.code,
        counts=challenge.counts,
        target=challenge.target,
        starts_at=starts_at,
        ends_at=ends_at(challenge),
        window=challenge.window,
        is_repeating=challenge.is_repeating,
        limit_times=challenge.limit_times,
        min_order_amount=challenge.min_order_amount,
        condition=condition,
        is_per_line=condition is not None and order_fields.is_per_line(condition),
        behavior=challenge.behavior,
        is_streak=challenge.is_streak,
        tier_rank=challenge.tier.rank if challenge.tier else None,
        for_tier_rank=challenge.for_tier.rank if challenge.for_tier else None,
        for_tag_id=challenge.for_tag_id,
        needs_joining=challenge.needs_joining,
    )


def ends_at(challenge: Challenge) -> datetime | None:
    """The first instant at which nothing counts any more: its end, or that it was stopped."""
    ends = [at for at in (challenge.valid_until, challenge.stopped_at) if at is not None]
    return min(ends, default=None)


def _condition(challenge: Challenge) -> Condition | None:
    try:
        return conditions.parse(challenge.condition or {}, challenge_fields.FIELDS)
    except BadCondition:
        return None
