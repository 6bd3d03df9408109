"""Keeps a member's data from being removed, while a court or an authority may ask for them."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from members.errors import DomainError, NotFound, ReasonRequired
from members.models import LegalHold, Member
from members.services import audit


class AlreadyHeld(DomainError):
    """The member's data are under a legal hold already."""

    code = "already_held"
    status = 409


class NotHeld(DomainError):
    """No legal hold is on this member's data."""

    code = "not_held"
    status = 409


class UnderLegalHold(DomainError):
    """A legal hold keeps this member's data: end it first."""

    code = "under_legal_hold"
    status = 409


def place(*, member_id: int, reason: str, actor_id: int, at: datetime) -> LegalHold:
    """The hold: retention and erasure leave the member out until it ends.

    Raises: ReasonRequired; NotFound; AlreadyHeld.
    """
    if not reason.strip():
        raise ReasonRequired
    with transaction.atomic():
        # Behind the member's lock, as erasure: one of the two comes first.
        if not Member.objects.select_for_update(of=("self",)).filter(pk=member_id).exists():
            raise NotFound
        if LegalHold.objects.filter(member_id=member_id, ended_at__isnull=True).exists():
            raise AlreadyHeld
        hold = LegalHold.objects.create(
            member_id=member_id, reason=reason.strip(), placed_at=at, placed_by_id=actor_id
        )
        _note("legal_hold.place", member_id, reason, actor_id, at)
    return hold


def end(*, member_id: int, reason: str, actor_id: int, at: datetime) -> int:
    """How many holds ended: the member's own, and those of cards that were merged into it. Their
    rows stay.

    Raises: ReasonRequired; NotHeld.
    """
    if not reason.strip():
        raise ReasonRequired
    with transaction.atomic():
        cards = Q(member_id=member_id) | Q(member__merged_into_id=member_id)
        ids = LegalHold.objects.filter(cards, ended_at__isnull=True).values("pk")
        ended = LegalHold.objects.filter(pk__in=ids, ended_at__isnull=True).update(
            ended_at=at, ended_by_id=actor_id
        )
        if not ended:
            raise NotHeld
        _note("legal_hold.end", member_id, reason, actor_id, at)
    return ended


def _note(action: str, member_id: int, reason: str, actor_id: int, at: datetime) -> None:
    audit.record(action=action, at=at, actor_id=actor_id, member_id=member_id, reason=reason)
