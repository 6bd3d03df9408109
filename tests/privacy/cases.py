"""Requests of members, led as far as a test needs."""

from datetime import datetime
from typing import Any

from members.models import (
    ApprovalRequest,
    AuditRecord,
    ChangeRecord,
    Erasure,
    Member,
    MemberMerge,
    PrivacyRequest,
    User,
)
from members.services import (
    approvals,
    erasures,
    merge_requests,
    privacy_deeds,
    privacy_requests,
)
from members.services.privacy_requests import Asked
from tests import world


def asked(member: Member, kind: str, *, at: datetime = world.NOW, **options: Any) -> PrivacyRequest:
    """A request that came in by letter, checked."""
    sent = {"source": "letter", "verified_how": "ID card", **options}
    return privacy_requests.receive(
        asked=Asked(member_id=member.pk, kind=kind, **sent), at=at
    ).request


def people() -> tuple[User, User]:
    """Two of the staff, both of whom may do everything."""
    return (
        User.objects.create_superuser(username="maker", password="not-used-here"),
        User.objects.create_superuser(username="checker", password="not-used-here"),
    )


def erase(member: Member, staff: tuple[User, User], *, at: datetime = world.NOW) -> Erasure:
    """Erased at their wish, with two people's yes."""
    return let_happen(asked(member, "DELETION", at=at), staff, at=at)


def let_happen(
    request: PrivacyRequest, staff: tuple[User, User], *, at: datetime = world.NOW
) -> Erasure:
    """The erasure that was asked for, with two people's yes."""
    maker, checker = staff
    row = erasures.ask(request_id=request.pk, reason="asked by letter", maker=maker, at=at)
    approvals.approve(request_id=row.pk, checker=checker, at=at)
    return Erasure.objects.get(request=request)


def carry_out(request: PrivacyRequest, *, at: datetime = world.NOW) -> PrivacyRequest:
    return privacy_deeds.carry_out(request_id=request.pk, at=at)


def ask_merge(
    survivor: Member, retired: Member, staff: tuple[User, User], *, reason: str
) -> ApprovalRequest:
    return merge_requests.ask(
        survivor_id=survivor.pk, retired_id=retired.pk, reason=reason, maker=staff[0], at=world.NOW
    )


def merge(
    survivor: Member, retired: Member, staff: tuple[User, User], *, reason: str
) -> MemberMerge:
    """Merged with two people's yes."""
    row = ask_merge(survivor, retired, staff, reason=reason)
    approvals.approve(request_id=row.pk, checker=staff[1], at=world.NOW)
    return MemberMerge.objects.latest("pk")


def reject(row: ApprovalRequest, checker: User, *, note: str) -> None:
    approvals.reject(request_id=row.pk, checker=checker, note=note, at=world.NOW)


def texts_of_approvals() -> set[str]:
    return {text for row in ApprovalRequest.objects.all() for text in (row.reason, row.note)}


def summaries_of_approvals() -> list[str]:
    return list(ApprovalRequest.objects.values_list("summary", flat=True))


def texts_of_trails() -> set[str]:
    """Why anything was done."""
    rows = (AuditRecord, ChangeRecord)
    return {text for model in rows for text in model.objects.values_list("reason", flat=True)}
