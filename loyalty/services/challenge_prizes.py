"""The prizes of challenges: given while the award stands, taken back when it doesn't.

A dispatch of its own, so that a coupon type without stock holds up this prize and nothing else: of
several prizes the others are given, and the one that is owed gets a dispatch for itself.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from loyalty.events import ChallengePrizeOwed
from loyalty.models import ChallengeAward, ChallengePrize
from loyalty.services import challenge_members, prizes
from members.errors import DomainError, MemberMerged
from members.models import Event
from members.services import events as facts

ORIGIN = "CHALLENGE"


def settle(*, events: Sequence[Event], at: datetime) -> None:
    """Makes what each award promises true, as the award stands now; bears repeats and any order.

    Raises: CouponRefused, where a coupon type isn't live or has no stock: the dispatch waits, and
    shows in the console.
    """
    ids = {one.payload["award"] for one in events}
    whole = {one.payload["award"] for one in events if "prize" not in one.payload}
    # Keys of prizes that waited alone.
    owed = {key(one.payload["award"], one.payload.get("prize", 0)) for one in events}
    awards = ChallengeAward.objects.filter(pk__in=ids)
    owners = challenge_members.owners(set(awards.values_list("member_id", flat=True)))
    challenge_members.lock(set(owners.values()))
    # Read behind the lock, in the order of members: giving locks their accounts.
    settled = awards.select_related("challenge").prefetch_related("challenge__prizes")
    for award in settled.order_by("member_id", "pk"):
        if award.undone_at is not None:
            _undo(award, at)
        elif award.member_id in owners:
            if award.pk in whole:
                _give_all(award, at)
            for prize in _promised(award):
                if key(award.pk, prize.pk) in owed:
                    _give(award, prize, at)


def _give_all(award: ChallengeAward, at: datetime) -> None:
    """All that can be given.

    Raises: the refusal, where none can.
    """
    promised = _promised(award)
    refused = [(prize, error) for prize in promised if (error := _refusal(award, prize, at))]
    if promised and len(refused) == len(promised):
        raise refused[0][1]
    for prize, _error in refused:
        told = ChallengePrizeOwed(challenge=award.challenge.code, award=award.pk, prize=prize.pk)
        facts.record(fact=told, member_id=award.member_id, occurred_at=at, at=at)


def _refusal(award: ChallengeAward, prize: ChallengePrize, at: datetime) -> DomainError | None:
    """Why it can't be given now; None: it is."""
    try:
        with transaction.atomic():
            _give(award, prize, at)
    except MemberMerged:
        # The next attempt finds whose it is.
        raise
    except DomainError as error:
        return error
    return None


def _give(award: ChallengeAward, prize: ChallengePrize, at: datetime) -> None:
    prizes.give(
        prize=prize,
        key=key(award.pk, prize.pk),
        origin=ORIGIN,
        member_id=award.member_id,
        at=at,
    )


def _promised(award: ChallengeAward) -> list[ChallengePrize]:
    return sorted(award.challenge.prizes.all(), key=lambda one: one.pk)


def _undo(award: ChallengeAward, at: datetime) -> None:
    for prize in _promised(award):
        prizes.undo(key=key(award.pk, prize.pk), reason="challenge_undone", at=at)


def key(award_id: int, prize_id: int) -> str:
    """Names the promise. A target that is reached again is another award."""
    return f"challenge:{award_id}:{prize_id}"
