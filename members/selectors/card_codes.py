"""Codes of members' phones: made to be shown, and read when a till scans one."""

import hmac
from datetime import datetime

from django.conf import settings

from members.models import Member
from members.rules import card_codes as rules

_SECRET_FOR = b"members.card_codes"


def code_of(*, member_id: int, at: datetime) -> str:
    """What the QR code of this member says, shown at `at`."""
    return rules.make(member_id=member_id, at=at, key=_key())


def member_id_of(*, text: str, at: datetime) -> int | None:
    """The id of the member whose code was scanned; None for any other text, and for a code whose
    sixty seconds are over."""
    found = rules.read(text, key=_key())
    if found is None or found.is_over(at):
        return None
    # After a merge a code that is still on a screen leads on.
    merged = Member.objects.filter(pk=found.member_id).values_list("merged_into_id", flat=True)
    return next(iter(merged), None) or found.member_id


def _key() -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), _SECRET_FOR, "sha256")
