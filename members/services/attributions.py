"""Where a member came from: channel, store and referrer by their codes, and a card's serial."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection

from members.errors import DomainError
from members.models import Member
from members.registry import introductions
from members.rules import cards

if TYPE_CHECKING:
    from members.services.joinings import Registration

# One round trip: a till waits for each of them.
_KNOWN = """
SELECT
    (SELECT jsonb_object_agg(code, id) FROM members_channel WHERE code = ANY(%(channels)s)),
    (SELECT jsonb_object_agg(code, id) FROM members_store WHERE code = ANY(%(stores)s)),
    (SELECT jsonb_object_agg(uid, coalesce(merged_into_id, id))
       FROM members_member WHERE uid = ANY(%(referrers)s)),
    (SELECT array_agg(nextval('members_card_serial')) FROM generate_series(1, %(cards)s))
"""


class UnknownChannel(DomainError):
    """There is no channel with this code."""

    code = "unknown_channel"


class UnknownStore(DomainError):
    """There is no store with this code."""

    code = "unknown_store"


class UnknownReferrer(DomainError):
    """There is no member with the id that was given as referrer."""

    code = "unknown_referrer"


class UnknownReferralCode(DomainError):
    """This referral code leads to nobody; look at it again, or leave it out."""

    code = "unknown_referral_code"


class ReferrersDiffer(DomainError):
    """The referral code belongs to another member than the one given as referrer."""

    code = "referrers_differ"


def attribute(newcomers: Sequence[tuple[Member, "Registration"]], *, card_count: int) -> list[str]:
    """Sets channel, store and referrer of unsaved members; returns that many new card numbers.

    Raises: UnknownChannel, UnknownStore, UnknownReferrer, UnknownReferralCode, ReferrersDiffer.
    """
    registrations = [registration for _, registration in newcomers]
    channels, stores, referrers, serials = _known(registrations, card_count)
    by_code = introductions.find({one.referral_code for one in registrations} - {""})
    for member, registration in newcomers:
        member.channel_id = _of(channels, registration.channel, UnknownChannel)
        member.store_id = _of(stores, registration.store, UnknownStore)
        referrer = registration.referrer
        named = _of(referrers, str(referrer or ""), UnknownReferrer)
        member.referrer_id = _agreed(named, _of(by_code, registration.referral_code))
    return [cards.make(serial) for serial in serials]


def set_referrer(*, member_id: int, referrer_id: int | None) -> None:
    """Says who brought a member who is there already, behind the caller's lock on them; None: it
    turned out that nobody did."""
    Member.objects.filter(pk=member_id).update(referrer_id=referrer_id)


def _agreed(named: int | None, by_code: int | None) -> int | None:
    """Raises: ReferrersDiffer."""
    if named is not None and by_code not in (None, named):
        raise ReferrersDiffer
    return named if by_code is None else by_code


def _known(
    registrations: Sequence["Registration"], card_count: int
) -> tuple[dict[str, int], dict[str, int], dict[str, int], list[int]]:
    referrers: list[UUID] = [one.referrer for one in registrations if one.referrer is not None]
    with connection.cursor() as cursor:
        cursor.execute(
            _KNOWN,
            {
                "channels": list({one.channel for one in registrations if one.channel}),
                "stores": list({one.store for one in registrations if one.store}),
                "referrers": referrers,
                "cards": card_count,
            },
        )
        found = cursor.fetchone()
    channels, stores, people = (_object(one) for one in found[:3])
    return channels, stores, people, found[3] or []


def _object(value: str | dict[str, int] | None) -> dict[str, int]:
    # Django turns psycopg's JSON loading off.
    loaded: dict[str, int] = json.loads(value) if isinstance(value, str) else value or {}
    return loaded


def _of(
    known: Mapping[str, int], code: str, unknown: type[DomainError] = UnknownReferralCode
) -> int | None:
    if not code:
        return None
    if code not in known:
        raise unknown(code=code)
    return known[code]
