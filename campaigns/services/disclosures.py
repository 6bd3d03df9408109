"""What providers of messages were given: one row in the sharing register for each day, medium
and purpose, so that a year of newsletters is a page and not a table of its own.

Whether a member was among them, the messages themselves say (`recipients_of`).
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from campaigns.models import Delivery
from campaigns.transports.registry import TRANSPORTS
from loyalty.services import programs
from members.models import Consent, Disclosure, ProcessingPurpose
from members.models.data_categories import DataCategory
from members.services import disclosures, recipients
from members.services.disclosures import Sharing

_PREFIX = "campaigns.deliveries:"
_BASES = ProcessingPurpose.Basis
_STATES = Delivery.State
# Whatever became of it, the provider had the address. A message that goes back into the queue was
# surely not taken.
_HANDED_OVER = (
    _STATES.CLAIMED,
    _STATES.SENT,
    _STATES.DELIVERED,
    _STATES.BOUNCED,
    _STATES.FAILED,
    _STATES.UNKNOWN,
)


def record_days(*, at: datetime) -> Iterator[int]:
    """Nightly: the days that are over and that the register doesn't know yet; yields 1 for each
    row. Days that nobody recorded, because nothing ran, are caught up."""
    zone = programs.current().zone
    recipients.install()
    for row in _unrecorded(zone, at):
        disclosures.record(sharing=_sharing(row, zone), at=at)
        yield 1


def recipients_of(member_ids: Collection[int]) -> set[str]:
    """Codes of the providers that were given an address of one of these members."""
    media = _handed_over().filter(member_id__in=member_ids).values_list("medium", flat=True)
    given = {*media.distinct(), *_refused(member_ids)}
    return {TRANSPORTS[one].recipient for one in given if one in TRANSPORTS}


def _refused(member_ids: Collection[int]) -> set[str]:
    """Media whose provider saw an address and refused it, so that the message went by another."""
    rows = Delivery.objects.filter(
        member_id__in=member_ids, tried__contains=[{"reason": Delivery.Reason.REFUSED}]
    )
    return {
        one["medium"]
        for tried in rows.values_list("tried", flat=True)
        for one in tried
        if one["reason"] == Delivery.Reason.REFUSED
    }


def _unrecorded(zone: ZoneInfo, at: datetime) -> QuerySet[Any, dict[str, Any]]:
    today = datetime.combine(at.astimezone(zone).date(), time(), zone)
    days = _handed_over().filter(claimed_at__lt=today)
    last = Disclosure.objects.filter(key__startswith=_PREFIX).order_by("-occurred_at").first()
    if last is not None:
        days = days.filter(claimed_at__gte=_midnight_after(last.occurred_at, zone))
    return (
        days.values("medium", "campaign__purpose", day=TruncDate("claimed_at", tzinfo=zone))
        .annotate(members_count=Count("member_id", distinct=True))
        .order_by("day", "medium", "campaign__purpose")
    )


def _handed_over() -> QuerySet[Delivery]:
    media = [medium for medium, transport in TRANSPORTS.items() if transport.recipient]
    return Delivery.objects.filter(
        medium__in=media, claimed_at__isnull=False, state__in=_HANDED_OVER
    )


def _sharing(row: dict[str, Any], zone: ZoneInfo) -> Sharing:
    purpose, day = row["campaign__purpose"], row["day"]
    is_service = purpose == Consent.Purpose.SERVICE
    return Sharing(
        key=f"{_PREFIX}{row['medium']}:{purpose}:{day}",
        recipient=TRANSPORTS[row["medium"]].recipient,
        categories=(DataCategory.CONTACT.value, DataCategory.COMMUNICATION.value),
        purpose=str(purpose).lower(),
        legal_basis=_BASES.CONTRACT if is_service else _BASES.CONSENT,
        occurred_at=_midnight(day, zone),
        members_count=row["members_count"],
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _midnight_after(at: datetime, zone: ZoneInfo) -> datetime:
    return _midnight(at.astimezone(zone).date() + timedelta(days=1), zone)
