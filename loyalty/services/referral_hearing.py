"""What the worker hears that may change what a referral brings: claims, proofs, orders, returns,
merges. Each is a reason to look at the facts, and says nothing by itself."""

from collections.abc import Sequence
from datetime import datetime

from loyalty import errors
from loyalty.models import Referral
from loyalty.services import programs, referral_settling
from members.models import Event, Member


def wants(_occurred_at: datetime | None) -> bool:
    """Whether a referral programme was ever live. From memory: an order, or who just joined, was
    judged by terms of the database's version."""
    try:
        return programs.kept().has_referrals
    except errors.NoProgram:
        return False


def settle(*, events: Sequence[Event], at: datetime) -> None:
    """Settles how these events' members were recommended. Bears repeats, any order, any delay."""
    ids = {event.member_id for event in events if event.member_id}
    referral_settling.settle_friends(member_ids=_cards(ids), at=at)


def settle_merged(*, events: Sequence[Event], at: datetime) -> None:
    """Settles what a merge, or its taking back, moved: of both cards, as friends and as who
    recommended."""
    ids = {event.member_id for event in events if event.member_id}
    ids |= {event.payload["retired_id"] for event in events}
    cards = _cards(ids)
    aside = Referral.objects.filter(referrer_id__in=cards, friend_id__lt=0)
    # Of two cards that recommended each other neither claim has a friend any more.
    without = set(aside.values_list("friend_id", flat=True))
    referral_settling.settle_friends(member_ids=cards | without, at=at)
    referral_settling.settle_referrers(member_ids=cards, at=at)


def _cards(member_ids: set[int]) -> set[int]:
    """These, and whom they lead to by now."""
    led = Member.objects.filter(pk__in=member_ids, merged_into__isnull=False).order_by()
    return member_ids | set(led.values_list("merged_into_id", flat=True))
