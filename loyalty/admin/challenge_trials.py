"""“Try on a member”: what a challenge would have counted of somebody; nothing is recorded."""

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminTextInputWidget

from loyalty.admin import challenge_sentences
from loyalty.models import Challenge
from loyalty.services.challenge_trials import Trial
from members.admin import dialogs
from members.errors import NotFound
from members.models import Member, User
from members.selectors import members, scopes


class TrialForm(dialogs.DialogForm):
    """On whom."""

    member = forms.CharField(
        label=gettext_lazy("Member"),
        max_length=40,
        help_text=gettext_lazy("Card or phone number, in full"),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    def found(self, operator: User) -> Member:
        """A member that this operator may see.

        Raises: NotFound.
        """
        text = self.cleaned_data["member"].strip()
        hits = members.lookup(text=text, stores=scopes.scope_for(operator).store_ids)
        if len(hits) != 1:
            raise NotFound(_("No member found: check the number."))
        return hits[0]


DIALOG = {
    "title": gettext_lazy("Try it on a member"),
    "description": gettext_lazy(
        "What it would have counted in its present window, or in twelve months where it has none. "
        "Nothing is recorded."
    ),
    "form_class": TrialForm,
    "form_submit_text": gettext_lazy("Try it"),
}


def told(challenge: Challenge, trial: Trial) -> str:
    """`Since 1 Nov 2026: 7 of 3, reached 2 times.`"""
    times = ngettext("reached %(count)s time", "reached %(count)s times", trial.due)
    text = _("Since %(day)s: %(value)s of %(target)s, %(times)s.") % {
        "day": date_format(trial.from_on),
        "value": challenge_sentences.amount(challenge, trial.value),
        "target": challenge_sentences.amount(challenge, challenge.target),
        "times": times % {"count": f"{trial.due:,}"},
    }
    if trial.is_for:
        return text
    but = _("But it is for other members than this one.")
    return f"{text} {but}"
