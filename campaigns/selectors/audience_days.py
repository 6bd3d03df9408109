"""Whose birthday, or day of joining, an occurrence of a campaign is about."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.models import Campaign, Run
from campaigns.rules import occurrences
from campaigns.rules.entries import DateEntry
from members.registry import birthdays as policies
from members.rules import birthdays


def joined(
    campaign: Campaign, entry: DateEntry, due_at: datetime, at: datetime
) -> tuple[str, str, dict[str, Any]]:
    """A join of the members `m` whose date it is, their key of that year, and parameters.

    A birthday has to count by then; a day of joining comes back from the year after on.
    """
    zone = policies.policy().zone
    found = [
        (number, day)
        for due_on in _due_days(campaign, entry, (due_at, at), zone)
        for number, day in _dates(due_on - timedelta(days=entry.days))
    ]
    params = {
        "numbers": [number for number, _day in found],
        "days": [day for _number, day in found],
        "key": entry.date.lower(),
        "shop_zone": zone.key,
    }
    key = "%(key)s || ':' || EXTRACT(YEAR FROM dates.day)::int || ':' || m.id"
    return _JOINS[entry.date], key, params


def day_of_year(entry: DateEntry) -> tuple[str, dict[str, Any]]:
    """The month and day of the member `m` as SQL, and its parameters; NULL where it isn't known.
    29 February counts with the 28th: in common years both fall on one day."""
    return _DAYS_OF_YEAR[entry.date], {"shop_zone": policies.policy().zone.key}


def _due_days(
    campaign: Campaign, entry: DateEntry, instants: tuple[datetime, datetime], zone: ZoneInfo
) -> list[date]:
    """The day of the occurrence; where late ones are sent also those that were missed since the
    last run, as far as they aren't expired."""
    found = [instants[0]]
    if campaign.late_policy == Campaign.Late.SEND and campaign.pk:
        found += _missed(campaign, entry, instants, zone)
    return [one.astimezone(zone).date() for one in found]


def _missed(
    campaign: Campaign, entry: DateEntry, instants: tuple[datetime, datetime], zone: ZoneInfo
) -> list[datetime]:
    due_at, at = instants
    runs = Run.objects.filter(campaign=campaign, due_at__lt=due_at)
    begun = runs.exclude(state=Run.State.MISSED).order_by("-due_at")
    last = begun.values_list("due_at", flat=True).first()
    if last is None:
        return []
    expired = at.astimezone(UTC) - timedelta(hours=campaign.expires_hours)
    return occurrences.missed(entry, max(last, expired), due_at, zone)


def _dates(day: date) -> list[tuple[int, date]]:
    """Months and days (`MMDD`) that fall on that day; 29 February does on the 28th of common
    years."""
    leap = date(2000, 2, 29)
    days = [day.month * 100 + day.day]
    if birthdays.falls_on(leap, day.year) == day and days != [229]:
        days.append(229)
    return [(number, day) for number in days]


_DATES = "JOIN unnest(%(numbers)s::int[], %(days)s::date[]) AS dates (number, day) ON "
_LOCAL = "(m.joined_at AT TIME ZONE %(shop_zone)s)"
_JOINED_MD = f"EXTRACT(MONTH FROM {_LOCAL}) * 100 + EXTRACT(DAY FROM {_LOCAL})"
_DAYS_OF_YEAR = {
    "BIRTHDAY": "CASE m.birthday_md WHEN 229 THEN 228 ELSE m.birthday_md END",
    "JOINED": f"CASE {_JOINED_MD} WHEN 229 THEN 228 ELSE {_JOINED_MD} END",
}
_JOINS = {
    "BIRTHDAY": (
        f"{_DATES} m.birthday_md = dates.number "
        "AND (m.birthday_counts_from_on IS NULL OR m.birthday_counts_from_on <= dates.day)"
    ),
    "JOINED": (
        f"{_DATES} {_JOINED_MD} = dates.number "
        f"AND EXTRACT(YEAR FROM {_LOCAL}) < EXTRACT(YEAR FROM dates.day)"
    ),
}
