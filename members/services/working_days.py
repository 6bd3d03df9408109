"""The calendar and the clocks that a new installation begins with; operators change both."""

from datetime import date, timedelta

from members.models import Holiday, PrivacyClock
from members.selectors.working_days import DEFAULT_CLOCKS, DEFAULT_WARN_DAYS

# (first day, last day, name). Source: State Council, notice on holidays of 2026 (4 November 2025).
_HOLIDAYS = (
    (date(2026, 1, 1), date(2026, 1, 3), "元旦"),
    (date(2026, 2, 15), date(2026, 2, 23), "春节"),
    (date(2026, 4, 4), date(2026, 4, 6), "清明节"),
    (date(2026, 5, 1), date(2026, 5, 5), "劳动节"),
    (date(2026, 6, 19), date(2026, 6, 21), "端午节"),
    (date(2026, 9, 25), date(2026, 9, 27), "中秋节"),
    (date(2026, 10, 1), date(2026, 10, 7), "国庆节"),
    # Of 2027 the days that the law itself names; which weekends are worked is told each autumn.
    (date(2027, 1, 1), date(2027, 1, 1), "元旦"),
    (date(2027, 2, 5), date(2027, 2, 8), "春节"),
    (date(2027, 4, 5), date(2027, 4, 5), "清明节"),
    (date(2027, 5, 1), date(2027, 5, 2), "劳动节"),
    (date(2027, 6, 9), date(2027, 6, 9), "端午节"),
    (date(2027, 9, 15), date(2027, 9, 15), "中秋节"),
    (date(2027, 10, 1), date(2027, 10, 3), "国庆节"),
)
_WORKED = (
    (date(2026, 1, 4), "元旦"),
    (date(2026, 2, 14), "春节"),
    (date(2026, 2, 28), "春节"),
    (date(2026, 5, 9), "劳动节"),
    (date(2026, 9, 20), "国庆节"),
    (date(2026, 10, 10), "国庆节"),
)


def install() -> int:
    """How many days and clocks were added. A year with any entry is the operators' own and gets
    none; a clock that is there stays as it is."""
    known_years = {day.year for day in Holiday.objects.values_list("day", flat=True)}
    days = [row for row in _defaults() if row.day.year not in known_years]
    Holiday.objects.bulk_create(days, ignore_conflicts=True)
    known_kinds = set(PrivacyClock.objects.values_list("kind", flat=True))
    clocks = [
        PrivacyClock(kind=kind, count=clock.count, unit=clock.unit, warn_days=DEFAULT_WARN_DAYS)
        for kind, clock in DEFAULT_CLOCKS.items()
        if kind not in known_kinds
    ]
    PrivacyClock.objects.bulk_create(clocks, ignore_conflicts=True)
    return len(days) + len(clocks)


def _defaults() -> list[Holiday]:
    free = [
        Holiday(day=first + timedelta(days=ahead), is_working=False, name=name)
        for first, last, name in _HOLIDAYS
        for ahead in range((last - first).days + 1)
    ]
    return free + [Holiday(day=day, is_working=True, name=f"{name}调休") for day, name in _WORKED]
