"""Campaigns: what starts them, what they say and on which channels."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from campaigns.models import Campaign
from members.admin.base import ConsoleAdmin
from members.models import Consent
from members.registry.facts import FACTS

COLORS = {"RUNNING": "success", "PAUSED": "warning", "DRAFT": "info", "KILLED": "danger"}


class CampaignForm(forms.ModelForm):  # type: ignore[type-arg]
    """Events and channels are chosen, not typed."""

    trigger_type = forms.ChoiceField(
        label=_("trigger"),
        help_text=_("The event that starts it."),
        choices=lambda: [(name, name) for name in sorted(FACTS)],
        widget=UnfoldAdminSelectWidget,
    )
    purpose = forms.ChoiceField(
        label=_("purpose"),
        help_text=_("The consent that a member must have given."),
        choices=Consent.Purpose.choices,
        widget=UnfoldAdminSelectWidget,
    )
    media = forms.MultipleChoiceField(
        label=_("channels"),
        help_text=_("The message goes out on each of them that the member allows."),
        choices=Consent.Medium.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


@admin.register(Campaign)
class CampaignAdmin(ConsoleAdmin):
    form = CampaignForm
    empty_hint = _("Add a campaign: choose what starts it, a template and the channels.")
    list_display = ("shown_name", "trigger_type", "shown_media", "template", "shown_state")
    list_filter = ("state",)
    list_select_related = ("template",)
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("-id",)
    readonly_fields = ("shown_media", "shown_purpose")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who only reads sees words where the others choose."""
        may_change = obj is None or self.has_change_permission(request, obj)
        media, purpose = ("media", "purpose") if may_change else ("shown_media", "shown_purpose")
        return (
            (None, {"fields": (("name_zh", "name_en"), ("code", "state"))}),
            (_("When and what"), {"fields": ("trigger_type", "template", media)}),
            (
                _("Guard-rails"),
                {"fields": (purpose, ("quiet_from", "quiet_until"), "expires_hours")},
            ),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "code") if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Its messages keep naming it.
        return False

    @display(description=_("campaign"), ordering="name_zh")
    def shown_name(self, campaign: Campaign) -> str:
        return campaign.name

    @display(description=_("channels"), label=True)
    def shown_media(self, campaign: Campaign) -> list[str]:
        names = dict(Consent.Medium.choices)
        return [str(names.get(medium, medium)) for medium in campaign.media]

    @display(description=_("purpose"))
    def shown_purpose(self, campaign: Campaign) -> str:
        return str(dict(Consent.Purpose.choices).get(campaign.purpose, campaign.purpose))

    @display(description=_("state"), ordering="state", label=COLORS)
    def shown_state(self, campaign: Campaign) -> tuple[str, str]:
        return campaign.state, campaign.get_state_display()
