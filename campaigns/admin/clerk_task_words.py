"""Tasks for clerks in words: how one went, and by when it is due."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

OUTCOMES: dict[str, Any] = {
    "reached": gettext_lazy("Reached, it went well"),
    "not_reached": gettext_lazy("Not reached"),
    "not_wanted": gettext_lazy("Reached, not interested"),
}


def outcome(code: str) -> str:
    return str(OUTCOMES.get(code, code))


def due(due_on: date, today: date) -> str:
    """`2 days overdue`, `due today`, `due by 3 Dec 2026`."""
    days = (due_on - today).days
    if days < 0:
        text = ngettext("%(count)s day overdue", "%(count)s days overdue", -days)
        return text % {"count": f"{-days:,}"}
    if days == 0:
        return _("due today")
    if days == 1:
        return _("due tomorrow")
    return _("due by %(day)s") % {"day": date_format(due_on, "DATE_FORMAT")}
