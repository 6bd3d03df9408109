"""Two who change one campaign at the same time: who was quicker, when, and with what."""

from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from campaigns.admin.wizard_forms import StepForm
from campaigns.models import Campaign
from campaigns.services import campaigns
from members.models import ChangeRecord

TABLE = "campaigns_campaign"


@dataclass(frozen=True)
class Conflict:
    """`told` says who changed it, and when; `differing` names this step's fields that are otherwise
    there; saving with `seen` puts what was typed in their place."""

    told: str
    differing: list[str]
    seen: str


def of(form: StepForm, kept: Campaign) -> Conflict:
    """What to say of a form that was overtaken; `kept` is the campaign as it is now."""
    return Conflict(_told(kept), _differing(form, kept), campaigns.fingerprint(kept))


def _told(kept: Campaign) -> str:
    rows = ChangeRecord.objects.filter(table=TABLE, row_id=str(kept.pk)).select_related("actor")
    last = rows.order_by("-pk").first()
    if last is None:
        return _("Somebody has changed this campaign while you worked on it.")
    when = date_format(localtime(last.occurred_at), "SHORT_DATETIME_FORMAT")
    who = last.actor or _("Somebody")
    told = _("%(who)s has changed this campaign while you worked on it (%(when)s).")
    return told % {"who": who, "when": when}


def _differing(form: StepForm, kept: Campaign) -> list[str]:
    """Labels of the step's fields where what is kept isn't what was typed."""
    theirs = type(form)(campaign=kept)
    return [
        str(theirs.fields[name].label)
        for name in form.fields
        if name != "seen" and name in theirs.fields and _is_other(form, theirs, name)
    ]


def _is_other(form: StepForm, theirs: StepForm, name: str) -> bool:
    field: Any = theirs.fields[name]
    typed = form[name].data
    return bool(field.has_changed(theirs.get_initial_for_field(field, name), typed))
