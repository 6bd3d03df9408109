"""Dialogs of privacy requests."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from members.admin import confirmations, dialogs, privacy_words
from members.models import Member, PrivacyRequest, RecipientNotice
from members.services.recipient_notices import ANSWERS

_KEEP = ("", _("Stays as it is"))


class ReceiveForm(dialogs.DialogForm):
    """What a member asks for, at the counter, by phone or by letter."""

    kind = forms.ChoiceField(
        label=_("Right"), choices=PrivacyRequest.Kind.choices, widget=UnfoldAdminSelectWidget
    )
    received_on = forms.DateField(
        label=_("Received on"),
        required=False,
        help_text=_("Empty: today. The clock runs from the day after."),
        widget=UnfoldAdminSingleDateWidget,
    )
    name = forms.CharField(
        label=_("Correction: name"),
        max_length=120,
        required=False,
        help_text=_("Only for a correction; what is left empty stays."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    birthday = forms.DateField(
        label=_("Correction: birthday"), required=False, widget=UnfoldAdminSingleDateWidget
    )
    gender = forms.ChoiceField(
        label=_("Correction: gender"),
        required=False,
        choices=[_KEEP, *Member.Gender.choices],
        widget=UnfoldAdminSelectWidget,
    )

    def details(self) -> dict[str, Any]:
        """The correction, as `privacy_requests` takes it."""
        return correction(self.cleaned_data)


def correction(cleaned: dict[str, Any]) -> dict[str, Any]:
    """The fields that were filled in; dates as JSON writes them."""
    birthday = cleaned.get("birthday")
    told = {
        "name": cleaned.get("name"),
        "birthday": birthday.isoformat() if birthday else None,
        "gender": cleaned.get("gender"),
    }
    return {name: value for name, value in told.items() if value}


class VerifyForm(confirmations.ConfirmForm):
    how = forms.ChoiceField(
        label=_("Checked by"),
        choices=list(privacy_words.HOW.items()),
        widget=UnfoldAdminSelectWidget,
    )


class _NoticeForm(confirmations.ConfirmForm):
    """A dialog about one recipient of this request."""

    states: tuple[str, ...] = ()

    notice = forms.ChoiceField(label=_("Recipient"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        match = self.request.resolver_match
        rows = RecipientNotice.objects.filter(
            request_id=match.kwargs["object_id"], state__in=self.states
        ).select_related("recipient")
        self.fields["notice"].choices = [(row.pk, str(row.recipient)) for row in rows]


class TellForm(_NoticeForm):
    states = (RecipientNotice.State.TO_TELL,)


class AnswerForm(_NoticeForm):
    states = (RecipientNotice.State.TOLD,)

    state = forms.ChoiceField(
        label=_("Answer"),
        choices=[(one.value, one.label) for one in ANSWERS],
        widget=UnfoldAdminSelectWidget,
    )
    answer = forms.CharField(
        label=_("In their words"),
        max_length=300,
        required=False,
        help_text=_("No personal data, please: it outlives the erasure."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )
