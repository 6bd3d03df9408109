"""Classes in words, and as of when they are."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics.models import ClassKind
from analytics.registry import classes


def name(kind: ClassKind, code: str) -> str:
    """The class in the reader's language; who is in none has a name too."""
    return str(classes.name(kind, code).label) if code else _("In no class")


def definition(kind: ClassKind, code: str) -> str:
    return str(classes.name(kind, code).definition)


def as_of(day: date, *, is_of_night: bool) -> str:
    """A sentence for below the title."""
    told = {"day": date_format(day, "DATE_FORMAT")}
    if is_of_night:
        return _("As of %(day)s, as the last night found it.") % told
    return _("As of %(day)s, computed for this page.") % told


def between(first_on: date | None, last_on: date | None) -> str:
    if first_on is None or last_on is None:
        return ""
    return _("From the end of %(first)s to the end of %(last)s.") % {
        "first": date_format(first_on, "DATE_FORMAT"),
        "last": date_format(last_on, "DATE_FORMAT"),
    }


# Sentences that several charts say.
def no_nights() -> Any:
    return _(
        "Classes are found each night: movements appear when two nights of the period are known."
    )


def nobody() -> Any:
    return _("Nobody who may be profiled is in these figures: choose fewer filters or another day.")
