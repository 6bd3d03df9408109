"""Prizes: given once for each promise that was kept, taken back when its reason falls away.

Source: docs/algorithms/prizes.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from loyalty.events import PrizeGiven, PrizeUndone
from loyalty.models import Prize, PrizeGrant, PrizeWhat
from loyalty.services import benefit_locks, prize_things, prize_tiers
from loyalty.services.prize_things import Keeping, Promise
from members.errors import NotFound
from members.selectors import living
from members.services import events


@dataclass(frozen=True)
class _Way:
    """How one kind of prize is given and taken back."""

    give: Callable[[Promise], dict[str, Any]]
    undo: Callable[[Keeping], dict[str, Any]]


@dataclass(frozen=True)
class Times:
    """A multiplier in percent; shares of one are rounded half up."""

    percent: int

    def of(self, count: int) -> int:
        return (count * self.percent + 50) // 100


_WAYS = {
    PrizeWhat.POINTS: _Way(prize_things.earn, prize_things.claw_back),
    PrizeWhat.COUPON: _Way(prize_things.grant_coupons, prize_things.void_coupons),
    PrizeWhat.TIER: _Way(prize_tiers.give, prize_tiers.end),
    PrizeWhat.BENEFIT: _Way(prize_things.grant_benefit, prize_things.end_benefit),
    PrizeWhat.BADGE: _Way(prize_things.give_badge, prize_things.take_badge),
}


@transaction.atomic
def give(
    *, prize: Prize, key: str, origin: str, member_id: int, at: datetime, percent: int = 100
) -> PrizeGrant:
    """The prize, given; again with the same `key` (at most 60 characters, naming the promise) it
    is the same one, also when it was taken back since. `percent` multiplies points and numbers of
    coupons, half up.

    Raises: NotFound, for a member who is gone; CouponRefused, where the coupon type isn't live or
    has no stock: then nothing is given, and the caller's retry finds it mended.
    """
    owner_id = living.id_of(member_id=member_id)
    if owner_id is None:
        raise NotFound
    times = Times(percent)
    points = times.of(prize.points) if prize.what == PrizeWhat.POINTS else 0
    # The unique key comes first: a second giver waits here, and then finds the first one's.
    grant, is_new = PrizeGrant.objects.get_or_create(
        key=key,
        defaults={
            "origin": origin,
            "member_id": owner_id,
            "what": prize.what,
            "points": points,
            "given_at": at,
        },
    )
    if not is_new:
        return grant
    count = times.of(prize.count) if prize.what == PrizeWhat.COUPON else prize.count
    promise = Promise(prize, grant, count, at)
    grant.made = _WAYS[PrizeWhat(prize.what)].give(promise)
    grant.save(update_fields=["made"])
    told = PrizeGiven(prize=str(grant.uid), origin=origin, what=grant.what, points=points)
    events.record(fact=told, member_id=owner_id, occurred_at=at, at=at)
    return grant


@transaction.atomic
def undo(*, key: str, reason: str, at: datetime) -> PrizeGrant | None:
    """Takes a prize back; None where nothing was given by this key. Again it stays as it is. What
    can't come back (a used coupon) is told in `kept`; points that are gone become a debt, or stay,
    as the programme says for refunds. `reason` is a code."""
    grant = _locked(key)
    if grant is None or grant.state == PrizeGrant.State.UNDONE:
        return grant
    keeping = Keeping(grant, reason, at)
    grant.kept = _WAYS[PrizeWhat(grant.what)].undo(keeping)
    grant.state, grant.undone_at, grant.undo_reason = PrizeGrant.State.UNDONE, at, reason
    grant.save(update_fields=["kept", "state", "undone_at", "undo_reason"])
    told = PrizeUndone(prize=str(grant.uid), origin=grant.origin, what=grant.what, reason=reason)
    events.record(fact=told, member_id=grant.member_id, occurred_at=at, at=at)
    return grant


def _locked(key: str) -> PrizeGrant | None:
    """The grant behind its member's lock. The account comes first, as in a merge, which moves the
    grants of a card whose account it holds."""
    while True:
        seen = PrizeGrant.objects.filter(key=key).values_list("member_id", flat=True).first()
        if seen is None:
            return None
        benefit_locks.hold(member_id=seen)
        grant = PrizeGrant.objects.select_for_update().get(key=key)
        if grant.member_id == seen:
            return grant
