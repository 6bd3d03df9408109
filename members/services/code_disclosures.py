"""Phones that the SMS provider was given for log-in codes: a row in the sharing register a day."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from members.models import Disclosure, OneTimeCode, ProcessingPurpose
from members.models.data_categories import DataCategory
from members.services import disclosures, recipients
from members.services.disclosures import Sharing

_PREFIX = "members.codes:"
SENT = (OneTimeCode.Sending.SENT, OneTimeCode.Sending.UNKNOWN)


def record_days(*, at: datetime) -> Iterator[int]:
    """Nightly: the days that are over and that the register doesn't know; yields 1 for each.

    Codes are removed after days: what was never recorded by then is lost to the register.
    """
    recipients.install()
    codes = OneTimeCode.objects.filter(sending__in=SENT, created_at__lt=_midnight(_day(at)))
    last = Disclosure.objects.filter(key__startswith=_PREFIX).order_by("-occurred_at").first()
    if last is not None:
        after = _day(last.occurred_at) + timedelta(days=1)
        codes = codes.filter(created_at__gte=_midnight(after))
    zone = timezone.get_default_timezone()
    days = codes.values(day=TruncDate("created_at", tzinfo=zone))
    for row in days.annotate(phones_count=Count("subject", distinct=True)).order_by("day"):
        disclosures.record(sharing=_sharing(row["day"], row["phones_count"]), at=at)
        yield 1


def _sharing(day: date, phones_count: int) -> Sharing:
    return Sharing(
        key=f"{_PREFIX}{day}",
        recipient=recipients.SMS,
        categories=(DataCategory.CONTACT.value,),
        purpose="log-in",
        legal_basis=ProcessingPurpose.Basis.CONTRACT,
        occurred_at=_midnight(day),
        members_count=phones_count,
    )


def _day(at: datetime) -> date:
    """The shop's day that an instant falls on."""
    return at.astimezone(timezone.get_default_timezone()).date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_default_timezone())
