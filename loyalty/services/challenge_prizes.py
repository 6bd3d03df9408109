"""The prizes of challenges: given while the award stands, taken back when it doesn't.

A dispatch of its own, so that a coupon type without stock holds up this prize and nothing else.
"""

from collections.abc import Sequence
from datetime import datetime

from loyalty.models import ChallengeAward
from loyalty.services import challenge_members, prizes
from members.models import Event

ORIGIN = "CHALLENGE"


def settle(*, events: Sequence[Event], at: datetime) -> None:
    """Makes what each award promises true, as the award stands now; bears repeats and any order.

    Raises: CouponRefused, where a coupon type isn't live or has no stock: the dispatch waits, and
    shows in the console.
    """
    ids = {one.payload["award"] for one in events}
    awards = ChallengeAward.objects.filter(pk__in=ids)
    owners = challenge_members.owners(set(awards.values_list("member_id", flat=True)))
    challenge_members.lock(set(owners.values()))
    # Read behind the lock, in the order of members: giving locks their accounts.
    settled = awards.select_related("challenge").prefetch_related("challenge__prizes")
    for award in settled.order_by("member_id", "pk"):
        if award.undone_at is not None:
            _undo(award, at)
        elif award.member_id in owners:
            _give(award, at)


def _give(award: ChallengeAward, at: datetime) -> None:
    for prize in sorted(award.challenge.prizes.all(), key=lambda one: one.pk):
        prizes.give(
            prize=prize,
            key=key(award.pk, prize.pk),
            origin=ORIGIN,
            member_id=award.member_id,
            at=at,
        )


def _undo(award: ChallengeAward, at: datetime) -> None:
    for prize in sorted(award.challenge.prizes.all(), key=lambda one: one.pk):
        prizes.undo(key=key(award.pk, prize.pk), reason="challenge_undone", at=at)


def key(award_id: int, prize_id: int) -> str:
    """Names the promise. A target that is reached again is another award."""
    return f"challenge:{award_id}:{prize_id}"
