"""After a restore: whoever was erased since the backup was made is erased again.

The log names every card of the person: in the backup they may be cards of their own still, or
merged into somebody from whom they were parted before the erasure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from members.ids import uuid7
from members.models import Erasure, Member, MemberMerge, PrivacyRequest
from members.services import audit, erasures, merge_undos, privacy_requests

_State = Member.State


@dataclass(frozen=True, kw_only=True)
class Logged:
    """One line of the erasure log: the member, and the cards that had been merged into theirs."""

    erasure: UUID
    member: UUID
    cards: tuple[UUID, ...] = ()
    erased_at: datetime


def log() -> Iterator[Logged]:
    """What was erased, the oldest first: ids and instants, no personal data."""
    for row in Erasure.objects.order_by("pk").iterator(chunk_size=1_000):
        cards = Member.objects.filter(merged_into_id=row.member_id).order_by("pk")
        yield Logged(
            erasure=row.uid,
            member=row.member_uid,
            cards=tuple(cards.values_list("uid", flat=True)),
            erased_at=row.erased_at,
        )


def replay(*, logged: Logged, at: datetime) -> bool:
    """Erases again whichever cards of the person the backup brought back; whether there were any.
    A card that the backup doesn't know was never there.

    Raises: merge_undos.NotUndoable, when a card is merged into somebody else and can't be parted.
    """
    with transaction.atomic():
        ids = _brought_back(logged)
        if not ids:
            return False
        _part_from_others(ids, at)
        members = erasures.lock_whole(*ids)
        counts = erasures.forget(members, None, at)
        for member in members:
            if member.merged_into_id is None:
                _record(member, counts, logged, at)
        waiting = PrivacyRequest.objects.filter(
            member__in=members, kind=PrivacyRequest.Kind.DELETION, state__in=privacy_requests.OPEN
        )
        waiting.update(state=PrivacyRequest.State.DONE, closed_at=at)
    return True


def _brought_back(logged: Logged) -> list[int]:
    """Ids of the cards of which there is anything to erase."""
    rows = Member.objects.filter(uid__in=(logged.member, *logged.cards))
    there = rows.exclude(state=_State.ERASED).filter(key__shredded_at__isnull=True)
    return list(there.order_by("pk").values_list("pk", flat=True))


def _part_from_others(ids: Sequence[int], at: datetime) -> None:
    """A card that was merged into somebody who isn't this person was taken back before the
    erasure: nothing had happened since the merge then, and so not by the backup either."""
    others = Q(retired__in=ids) & ~Q(survivor__in=ids)
    strange = MemberMerge.objects.filter(others, undone_at__isnull=True).order_by("-pk")
    for pk in list(strange.values_list("pk", flat=True)):
        merge_undos.undo(merge_id=pk, at=at)


def _record(member: Member, counts: Any, logged: Logged, at: datetime) -> None:
    is_named = member.uid == logged.member
    if not Erasure.objects.filter(member_uid=member.uid).exists():
        uid = logged.erasure if is_named else uuid7()
        erasures.record(member, counts, None, None, logged.erased_at, uid=uid)
    audit.record(action="privacy.erasure_replayed", at=at, member_id=member.pk)
