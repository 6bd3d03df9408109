"""How much time a duty has left, in words."""

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from members.models import BreachDuty
from members.rules import breaches


def left(duty: BreachDuty, *, at: datetime) -> str:
    """What is left of an open duty; of a done one, when it was done and whether in time."""
    if duty.done_at is None:
        return until(duty.due_at, at=at)
    filled = {
        "when": formats.date_format(timezone.localtime(duty.done_at), "SHORT_DATETIME_FORMAT")
    }
    if breaches.is_overdue(duty.due_at, duty.done_at, at=at):
        return _("Done %(when)s, late") % filled
    return _("Done %(when)s") % filled


def until(due_at: datetime, *, at: datetime) -> str:
    is_late, hours, minutes = breaches.left(due_at, at=at)
    filled = {"hours": hours, "minutes": minutes}
    if is_late:
        return _("%(hours)s h %(minutes)s min late") % filled
    return _("%(hours)s h %(minutes)s min left") % filled
