"""The calendar of working days and the clocks of privacy requests, as operators set them."""

from datetime import date, datetime

from django.utils import timezone

from members.models import Holiday, PrivacyClock
from members.rules import working_days
from members.rules.working_days import Calendar, Clock

# Where no row says otherwise. Sources: PIPL art. 50; GB/T 35273-2020, 8.7 (30 days); the rule of
# 15 working days for accounts is that of the provisions on personal data in apps (art. 6).
DEFAULT_CLOCKS = {
    "ACCESS": Clock(30, working_days.DAYS),
    "EXPORT": Clock(30, working_days.DAYS),
    "CORRECTION": Clock(15, working_days.WORKING_DAYS),
    "DELETION": Clock(15, working_days.WORKING_DAYS),
    "RESTRICTION": Clock(15, working_days.WORKING_DAYS),
    "LIFT_RESTRICTION": Clock(15, working_days.WORKING_DAYS),
    "NO_PROFILING": Clock(15, working_days.WORKING_DAYS),
}
DEFAULT_WARN_DAYS = 5


def calendar() -> Calendar:
    """All days that differ from their weekday. One query."""
    rows = Holiday.objects.values_list("day", "is_working")
    entered = list(rows)
    return Calendar(
        holidays=frozenset(day for day, is_working in entered if not is_working),
        worked=frozenset(day for day, is_working in entered if is_working),
    )


def clock(kind: str) -> Clock:
    """How long a request of this kind may take from now on."""
    row = PrivacyClock.objects.filter(kind=kind).first()
    return DEFAULT_CLOCKS[kind] if row is None else Clock(row.count, row.unit)


def warnings() -> dict[str, int]:
    """By kind: from how many days left on its badge warns."""
    return dict.fromkeys(DEFAULT_CLOCKS, DEFAULT_WARN_DAYS) | dict(
        PrivacyClock.objects.values_list("kind", "warn_days")
    )


def local_day(at: datetime) -> date:
    """The day on the wall of this installation."""
    return at.astimezone(timezone.get_default_timezone()).date()
