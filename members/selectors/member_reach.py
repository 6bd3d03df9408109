"""Whom a medium reaches for a purpose: what the gate would need, for conditions and counts.

Consent (the last word counts), an address of the medium, and no minor without a parent's word. Of
birthdays only five years of birth are kept in clear: who may be a minor by those counts as one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from members.models import Consent, Identity
from members.selectors import guardians

# By medium the kind of identity that is its address. In the inbox it is the member's own card, and
# for pushes the member's number, by which the operator's own system knows the devices.
ADDRESSES: Mapping[str, str] = {
    Consent.Medium.EMAIL.value: Identity.Kind.EMAIL.value,
    Consent.Medium.SMS.value: Identity.Kind.PHONE.value,
    Consent.Medium.WECHAT.value: Identity.Kind.WECHAT_OPENID.value,
}
_BY_THE_MEMBER = (Consent.Medium.INBOX.value, Consent.Medium.PUSH.value)
_BAND_YEARS = 5


def granted(purpose: str) -> str:
    """The media by which the member `m` allows this purpose, as rows."""
    return f"""
SELECT c.medium FROM members_consent c
WHERE c.member_id = m.id AND c.purpose = '{Consent.Purpose(purpose).value}' AND c.is_granted
  AND NOT EXISTS (
    SELECT FROM members_consent later WHERE later.member_id = c.member_id
      AND later.purpose = c.purpose AND later.medium = c.medium AND later.id > c.id)"""  # noqa: S608


def reached(purpose: str) -> str:
    """The media that reach the member `m` for this purpose, as rows."""
    kinds = " ".join(f"WHEN '{medium}' THEN '{kind}'" for medium, kind in ADDRESSES.items())
    return f"""{granted(purpose)}
  AND (c.medium IN {_BY_THE_MEMBER} OR EXISTS (
    SELECT FROM members_identity ad WHERE ad.member_id = c.member_id
      AND ad.kind = CASE c.medium {kinds} END)){_guarded(purpose)}"""


def counting(members: str, purpose: str) -> str:
    """A query of medium and members reached, over a query of `member_id`."""
    return f"""
SELECT reached.medium, count(*) FROM ({members}) chosen
JOIN members_member m ON m.id = chosen.member_id AND m.state = 'ACTIVE'
CROSS JOIN LATERAL ({reached(purpose)}) reached (medium)
GROUP BY reached.medium"""  # noqa: S608


def reach_of(*, members: str, params: Mapping[str, Any], at: datetime) -> dict[str, dict[str, int]]:
    """By purpose and medium how many of the members (a query of `member_id`) are reached."""
    today = guardians.day_of(at)
    found: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        for purpose in (Consent.Purpose.MARKETING, Consent.Purpose.SERVICE):
            cursor.execute(counting(members, purpose), {**params, "today": today})
            counts = dict(cursor.fetchall())
            found[purpose.value] = {one: counts.get(one, 0) for one in Consent.Medium.values}
    return found


def _guarded(purpose: str) -> str:
    if purpose not in guardians.PURPOSES:
        return ""
    return f"""
  AND (m.birth_band IS NULL
    OR m.birth_band + {_BAND_YEARS - 1 + settings.MINOR_AGE_YEARS}
       < EXTRACT(YEAR FROM %(today)s::date)::int
    OR EXISTS (SELECT FROM members_guardianconsent gu
      WHERE gu.member_id = c.member_id AND gu.ended_at IS NULL))"""
