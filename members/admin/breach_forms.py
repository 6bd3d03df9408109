"""Forms of the breach register."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from members.admin.checked_forms import CategoriesField, CheckedForm
from members.admin.confirmations import ConfirmForm, RequiredNoteForm
from members.models import Breach, BreachClock, BreachDuty
from members.services import breaches
from members.services.breaches import Found


class BreachForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is known at the discovery. The text is sealed: the model's form can't hold it, so that
    it has a name of its own here."""

    what_happened = forms.CharField(
        label=_("What happened"),
        max_length=4_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        help_text=_("Sealed. No names or phone numbers of members, please."),
    )
    categories = CategoriesField(label=_("Which data"), required=False)

    class Meta:
        model = Breach
        fields = ("title", "severity", "affected_count", "occurred_at", "discovered_at")
        help_texts = {
            "severity": _("It decides which duties begin to run, and how long each has."),
            "discovered_at": _("The clocks run from here."),
        }

    def _post_clean(self) -> None:
        """The rows are written by the service alone."""

    def found(self) -> Found:
        told = self.cleaned_data
        return Found(
            title=told["title"],
            description=told["what_happened"],
            severity=told["severity"],
            discovered_at=told["discovered_at"],
            occurred_at=told.get("occurred_at"),
            categories=told.get("categories", ()),
            affected_count=told.get("affected_count"),
        )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        discovered, happened = told.get("discovered_at"), told.get("occurred_at")
        if discovered and discovered > timezone.now():
            self.add_error("discovered_at", _("It can't have been discovered in the future."))
        if discovered and happened and happened > discovered:
            self.add_error("occurred_at", _("It can't have happened after it was discovered."))
        return told


class ClockForm(CheckedForm):
    class Meta:
        model = BreachClock
        fields = ("severity", "kind", "hours")
        help_texts = {
            "hours": _("From the discovery. Breaches that were recorded before keep theirs.")
        }

    @staticmethod
    def check(instance: BreachClock) -> None:
        breaches.check_hours(instance.hours)


class DoneForm(RequiredNoteForm):
    kind = forms.ChoiceField(
        label=_("Duty"), choices=BreachDuty.Kind.choices, widget=UnfoldAdminSelectWidget
    )
    field_order = ("kind", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].max_length = 300
        self.fields["note"].help_text = _("How: to whom, by whom, under which number.")


class ContainForm(ConfirmForm):
    affected_count = forms.IntegerField(
        label=_("Members affected"),
        min_value=0,
        max_value=2_000_000_000,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("As known now; empty leaves it as it is."),
    )


class RaiseForm(ConfirmForm):
    severity = forms.ChoiceField(
        label=_("Severity"),
        choices=[one for one in Breach.Severity.choices if one[0] != Breach.Severity.LOW],
        widget=UnfoldAdminSelectWidget,
    )


DONE = {
    "title": _("Note a duty as done"),
    "description": _("It can't be taken back. Late or not, the register keeps when it was noted."),
    "form_class": DoneForm,
    "form_submit_text": _("Done"),
}
CONTAIN = {
    "title": _("The breach is contained"),
    "description": _("Nothing leaks any more. The duties run on."),
    "form_class": ContainForm,
    "form_submit_text": _("Contained"),
}
RAISE = {
    "title": _("Worse than thought"),
    "description": _("Duties that it lacked are added, counted from the discovery."),
    "form_class": RaiseForm,
    "form_submit_text": _("Raise the severity"),
}
CLOSE = {
    "title": _("Close this breach"),
    "description": _("Once it is contained and every duty is done."),
    "form_class": ConfirmForm,
    "form_submit_text": _("Close"),
}
