"""Showing personal data in clear: to whom, why, and how often."""

from datetime import datetime, timedelta

from django.db import transaction

from members.errors import DomainError, NotFound, ReasonRequired
from members.models import AuditRecord, Identity, User
from members.services import audit

ACTION = "members.identity.revealed"
LIMIT_PER_HOUR = 30


class TooManyReveals(DomainError):
    """You have opened as many contact details as an hour allows."""

    code = "too_many_reveals"
    status = 429


def reveal(
    *,
    member_id: int,
    kind: str,
    reason: str,
    actor: User,
    at: datetime,
    limit_per_hour: int = LIMIT_PER_HOUR,
) -> list[str]:
    """The member's identities of that kind in clear; an audit record says who saw them and why.

    Raises: ReasonRequired; NotFound, if there is none; TooManyReveals.
    """
    if not reason.strip():
        raise ReasonRequired
    with transaction.atomic():
        # The row lock lets parallel requests of one operator pass the limit one after another.
        User.objects.select_for_update().get(pk=actor.pk)
        _refuse_above_limit(actor, at, limit_per_hour)
        identities = list(
            Identity.objects.filter(member_id=member_id, kind=kind).select_related("member__key")
        )
        if not identities:
            raise NotFound
        audit.record(
            action=ACTION,
            at=at,
            actor_id=actor.pk,
            member_id=member_id,
            reason=reason.strip(),
            details={"kind": kind, "count": len(identities)},
        )
    return [identity.value for identity in identities]


def _refuse_above_limit(actor: User, at: datetime, limit_per_hour: int) -> None:
    recent = AuditRecord.objects.filter(
        actor=actor, action=ACTION, occurred_at__gt=at - timedelta(hours=1)
    )
    if recent.count() >= limit_per_hour:
        raise TooManyReveals(limit_per_hour=limit_per_hour)
