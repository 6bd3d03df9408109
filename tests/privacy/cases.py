"""Requests of members, led as far as a test needs."""

from datetime import datetime
from typing import Any

from members.models import Erasure, Member, PrivacyRequest, User
from members.services import approvals, erasures, privacy_requests
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
    maker, checker = staff
    request = asked(member, "DELETION", at=at)
    row = erasures.ask(request_id=request.pk, reason="asked by letter", maker=maker, at=at)
    approvals.approve(request_id=row.pk, checker=checker, at=at)
    return Erasure.objects.get(member_uid=member.uid)
