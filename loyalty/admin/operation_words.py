"""What is wrong with a row of an operation, and what the operation does, in words."""

from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from loyalty.admin import words
from loyalty.models import Operation
from loyalty.rules import calendar
from loyalty.services import programs

ERRORS: dict[str, Any] = {
    "invalid_identity": gettext_lazy("This is no card number, phone or id."),
    "no_member": gettext_lazy("No member has this card, phone or id."),
    "points_wrong": gettext_lazy("Points are a whole number from 1 to 10,000,000."),
    "day_wrong": gettext_lazy("Write the last day as 2027-12-31."),
    "day_past": gettext_lazy("This last day has passed."),
    "nothing_to_extend": gettext_lazy("This member has no points that would live longer."),
    "erased": gettext_lazy("This member was erased after the preview."),
    "undone_before": gettext_lazy("The operation was undone before this row was run."),
}


def error(code: str) -> str:
    """The row's error; `twice:12` names the row that came first."""
    name, _colon, number = code.partition(":")
    if name == "twice":
        return _("This member is in row %(row)s already.") % {"row": number}
    return str(ERRORS.get(name, code))


def what(operation: Operation) -> str:
    """`Grant points: 100 points each, through 31 Dec 2027`"""
    parts = []
    if operation.points:
        parts.append(_("%(points)s each") % {"points": words.points(operation.points)})
    if operation.expires_at:
        parts.append(_("through %(day)s") % {"day": _last_day(operation.expires_at)})
    if operation.expiring_before_at:
        parts.append(
            _("of those that lapse by %(day)s") % {"day": _last_day(operation.expiring_before_at)}
        )
    kind = str(operation.get_kind_display())
    return _("%(kind)s: %(how)s") % {"kind": kind, "how": ", ".join(parts)} if parts else kind


def whom(operation: Operation) -> str:
    """`Members with the tag VIP`; the name is kept with the code, so that lists ask for none."""
    audience = operation.audience
    names = {"zh": audience.get("name_zh"), "en": audience.get("name_en")}
    own = "zh" if (get_language() or "zh").startswith("zh") else "en"
    name = names[own] or names["zh"] or names["en"]
    if "tag" in audience:
        return _("Members with the tag %(tag)s") % {"tag": name or audience["tag"]}
    if "tier" in audience:
        return _("Members of the tier %(tier)s") % {"tier": name or audience["tier"]}
    return _("All members") if audience.get("all") else _("A list")


def _last_day(end: Any) -> str:
    return date_format(calendar.last_day(localtime(end), programs.kept().zone), "DATE_FORMAT")
