"""Challenges hear of what happened: late, twice, out of order; each time they count what stands.

From the worker, a batch at a time, in the order of members' ids. Bears every repeat: steps have the
name of their fact, sums are added anew, and awards are what the sums are due.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from loyalty.models import Referral
from loyalty.rules import challenges as rules
from loyalty.rules.challenges import Rule
from loyalty.services import (
    challenge_facts,
    challenge_members,
    challenge_orders,
    challenge_steps,
    challenge_tallies,
    programs,
)
from loyalty.services.challenge_steps import Told
from loyalty.services.programs import Terms
from members.models import Event

_ORDERS = frozenset({"loyalty.order.recorded", "loyalty.order.refunded"})
_TIERS = frozenset({"loyalty.tier.upgraded", "loyalty.tier.downgraded"})
_MERGES = frozenset({"members.member.merged", "members.member.unmerged"})
_BEHAVIOR = "loyalty.behavior.rewarded"
_FRIENDS = "loyalty.referral.changed"


def hear(*, events: Sequence[Event], at: datetime) -> None:
    """Counts what these events tell of.

    Raises: MemberMerged, when a merge came in between; the retry finds whose the facts are.
    """
    terms = programs.current()
    if not terms.challenges:
        return
    _hear_orders([one for one in events if one.type in _ORDERS], terms, at)
    _hear_behaviors([one for one in events if one.type == _BEHAVIOR], terms, at)
    _hear_tiers([one for one in events if one.type in _TIERS], terms, at)
    _hear_friends([one for one in events if one.type == _FRIENDS], terms, at)
    _hear_merges([one for one in events if one.type in _MERGES], terms, at)


def _hear_orders(heard: Sequence[Event], terms: Terms, at: datetime) -> None:
    order_ids = {one.payload["order_id"] for one in heard}
    if not order_ids or not _counting(terms, *rules.OF_ORDERS):
        return
    states = challenge_members.lock(challenge_orders.buyers(order_ids))
    # Behind the locks: what is read now is what stands.
    told, concerned = challenge_orders.told(order_ids, states, terms.challenges, terms)
    _count(told, concerned, states, terms, at)


def _hear_behaviors(heard: Sequence[Event], terms: Terms, at: datetime) -> None:
    known = _counting(terms, rules.BEHAVIORS)
    states = _lock(heard) if known else {}
    if states:
        moments = {one.occurred_at for one in heard}
        _count(challenge_facts.behaviors(states, moments, known), known, states, terms, at)


def _hear_tiers(heard: Sequence[Event], terms: Terms, at: datetime) -> None:
    known = _counting(terms, rules.TIER)
    states = _lock(heard) if known else {}
    if states:
        _count(challenge_facts.tiers(states, known, terms), known, states, terms, at)


def _hear_friends(heard: Sequence[Event], terms: Terms, at: datetime) -> None:
    known = _counting(terms, rules.FRIENDS)
    states = _lock(heard) if known else {}
    if states:
        ids = {one.payload["referral_id"] for one in heard}
        _count(challenge_facts.friends(states, ids, known, terms), known, states, terms, at)


def _hear_merges(heard: Sequence[Event], terms: Terms, at: datetime) -> None:
    """The steps of both cards add up, or part again: all of it is judged anew."""
    states = _lock(heard, {int(one.payload["retired_id"]) for one in heard})
    if not states:
        return
    known = terms.challenges
    told = challenge_facts.tiers(states, known, terms)
    if _counting(terms, rules.FRIENDS):
        # Also those who came to count in between: they part with who recommended them.
        ids = Referral.objects.filter(referrer_id__in=list(states)).values_list("pk", flat=True)
        told += challenge_facts.friends(states, list(ids), known, terms)
    _count(told, known, states, terms, at)


def _count(
    told: Sequence[Told],
    known: Collection[Rule],
    states: dict[int, str],
    terms: Terms,
    at: datetime,
) -> None:
    if not known or not states:
        return
    traits = challenge_members.traits(states, known, terms)
    challenge_steps.write(told, known, traits, at)
    challenge_tallies.settle(states, known, at)


def _lock(heard: Iterable[Event], others: Collection[int] = ()) -> dict[int, str]:
    """The members whom these events are about now, behind their locks."""
    named = {one.member_id for one in heard if one.member_id is not None} | set(others)
    return challenge_members.lock(set(challenge_members.owners(named).values()))


def _counting(terms: Terms, *counts: str) -> list[Rule]:
    return [rule for rule in terms.challenges if rule.counts in counts]
