"""Service cases in words: the clock that counts down, how long something took, colors of states."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import ServiceCase
from members.rules import service_cases as rules

COLORS = {"OPEN": "warning", "ANSWERED": "info", "WAITING": "primary", "RESOLVED": "success"}
FLAGS = {"OPEN": "flag-wait", "RESOLVED": "flag-good"}
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def duration(seconds: float) -> str:
    """`under a minute`, `42 min`, `3 h 20 min`, `2 days`."""
    whole = int(seconds)
    if whole < _MINUTE:
        return _("under a minute")
    if whole < _HOUR:
        return _("%(minutes)s min") % {"minutes": whole // _MINUTE}
    if whole < 2 * _DAY:
        hours, minutes = whole // _HOUR, whole % _HOUR // _MINUTE
        if not minutes:
            return _("%(hours)s h") % {"hours": hours}
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    days = whole // _DAY
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def clock(case: ServiceCase, at: datetime) -> dict[str, Any]:
    """What the first-response clock says of a case, and how loud: `text` and `tone`."""
    if case.first_response_at is not None:
        took = (case.first_response_at - case.opened_at).total_seconds()
        is_late = case.first_response_at > case.first_response_due_at
        text = _("Answered after %(time)s") % {"time": duration(took)}
        return {"text": text, "tone": "warn" if is_late else "good"}
    if case.state == ServiceCase.State.RESOLVED:
        return {"text": _("Resolved without an answer"), "tone": "plain"}
    left = rules.clock(due=case.first_response_due_at, at=at)
    if left.is_overdue:
        text = _("Answer overdue by %(time)s") % {"time": duration(-left.seconds_left)}
        return {"text": text, "tone": "bad"}
    text = _("Answer due in %(time)s") % {"time": duration(left.seconds_left)}
    return {"text": text, "tone": "wait"}


def average(seconds: int | None) -> str:
    """An average duration, or a dash where there is none."""
    return "–" if seconds is None else duration(seconds)
