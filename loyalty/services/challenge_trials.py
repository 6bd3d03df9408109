"""What a challenge would have counted of one member in its present window. Writes nothing."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from loyalty.models import Challenge, Order, Referral
from loyalty.rules import calendar
from loyalty.rules import challenges as rules
from loyalty.rules.challenges import EVER_ON, Rule
from loyalty.services import (
    challenge_books,
    challenge_facts,
    challenge_members,
    challenge_orders,
    programs,
)
from loyalty.services.challenge_steps import Told
from loyalty.services.programs import Terms
from members.errors import NotFound

# What has no window of its own is tried on so many months.
MONTHS = 12
# More than anybody buys in a year.
MOST_ORDERS = 2_000


@dataclass(frozen=True)
class Trial:
    """`value` of `target` since `from_on`, and how often that is the target. `is_for`: the member
    is among those whom it is for, as they are now."""

    from_on: date
    value: int
    due: int
    is_for: bool


def try_on(*, challenge_id: int, member_id: int, at: datetime) -> Trial:
    """As if it had been live since its window began, and the member had joined it.

    Raises: NotFound.
    """
    found = Challenge.objects.select_related("tier", "for_tier").filter(pk=challenge_id).first()
    if found is None:
        raise NotFound
    terms = programs.current()
    from_on = _from_on(challenge_books.rule(found), at, terms)
    rule = replace(
        challenge_books.rule(found),
        starts_at=calendar.start_of_day(from_on, terms.zone),
        ends_at=None,
    )
    told = [one for one in _told(rule, member_id, from_on, terms) if rule.holds_at(one.occurred_at)]
    value = _value(rule, told, member_id)
    states = {member_id: "ACTIVE"}
    traits = challenge_members.traits(states, [rule], terms)
    limit = rule.limit_times
    due = rules.due(rule, value)
    return Trial(
        from_on=from_on,
        value=value,
        due=due if limit is None else min(due, limit),
        is_for=traits.is_for(rule, member_id),
    )


def _from_on(rule: Rule, at: datetime, terms: Terms) -> date:
    today = calendar.local_day(at, terms.zone)
    first = rules.window_on(rule, today)
    return calendar.add_months(today, -MONTHS) if first == EVER_ON else first


def _told(rule: Rule, member_id: int, from_on: date, terms: Terms) -> list[Told]:
    if rule.counts == rules.BEHAVIORS:
        return challenge_facts.behaviors([member_id], None, [rule])
    if rule.counts == rules.TIER:
        return challenge_facts.tiers([member_id], [rule], terms)
    if rule.counts == rules.FRIENDS:
        ids = Referral.objects.filter(referrer_id=member_id).values_list("pk", flat=True)
        return challenge_facts.friends([member_id], list(ids), [rule], terms)
    orders = Order.objects.filter(member_id=member_id, business_date__gte=from_on)
    order_ids = list(orders.order_by("-pk").values_list("pk", flat=True)[:MOST_ORDERS])
    return challenge_orders.told(order_ids, [member_id], [rule], terms)[0]


def _value(rule: Rule, told: list[Told], member_id: int) -> int:
    counted = [one for one in told if one.values.get(rule.id, 0) > 0]
    if rule.is_streak:
        return rules.streak_value(rule, [one.business_date for one in counted])
    value = sum(one.values[rule.id] for one in counted)
    if rule.counts != rules.REPEAT_ORDERS:
        return value
    first = challenge_orders.first_of(member_id)
    return value - sum(one.values[rule.id] for one in counted if one.ref == f"order:{first}")
