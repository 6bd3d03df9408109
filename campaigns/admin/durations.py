"""Minutes, hours and days in the reader's words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_HOUR = 60
_DAY = 24 * _HOUR


def of_minutes(minutes: int) -> str:
    """`30 minutes`, `1 day`, `1 hour and 30 minutes`: exact, in the largest units that fit."""
    days, rest = divmod(minutes, _DAY)
    hours, left = divmod(rest, _HOUR)
    parts = [
        ngettext("%(count)s day", "%(count)s days", days) % {"count": f"{days:,}"} if days else "",
        ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours} if hours else "",
        ngettext("%(count)s minute", "%(count)s minutes", left) % {"count": left} if left else "",
    ]
    told = [part for part in parts if part]
    if len(told) < 2:
        return "".join(told)
    first = " ".join(told[:-1])
    return _("%(first)s and %(last)s") % {"first": first, "last": told[-1]}


def of_hours(hours: int) -> str:
    return of_minutes(hours * _HOUR)


def of_days(days: int) -> str:
    return of_minutes(days * _DAY)
