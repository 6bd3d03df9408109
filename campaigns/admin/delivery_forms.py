"""Dialogs that have failed messages sent again."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from campaigns.models import Campaign
from campaigns.services import redeliveries
from members.admin.dialogs import ReasonForm
from members.models import Consent


class AgainForm(ReasonForm):
    """Why a failed message goes out once more."""


class UnknownForm(ReasonForm):
    """As for a failed one, with the word that the member may get it twice."""

    is_doubling_accepted = forms.BooleanField(
        label=_("The member may get it twice, and I know that"),
        widget=UnfoldBooleanSwitchWidget,
    )
    field_order = ("is_doubling_accepted", "reason")


class ManyForm(ReasonForm):
    """Which ones of many."""

    campaign = forms.ModelChoiceField(
        label=_("Campaign"),
        queryset=Campaign.objects.none(),
        required=False,
        empty_label=_("All campaigns"),
        widget=UnfoldAdminSelectWidget,
    )
    medium = forms.ChoiceField(
        label=_("Channel"),
        choices=[("", _("All channels")), *Consent.Medium.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    has_unknown = forms.BooleanField(
        label=_("Also those that may have arrived: members may get them twice"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )
    field_order = ("campaign", "medium", "has_unknown", "reason")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["campaign"]
        field.queryset = Campaign.objects.filter(state__in=redeliveries.MAY_SEND).order_by("code")
