"""Campaigns: what starts them, what they say and on which channels."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from campaigns.models import Campaign
from campaigns.services import campaigns
from campaigns.subscribers import TRIGGERS
from members.admin import confirmations, labels
from members.admin.base import ConsoleAdmin
from members.models import Consent

COLORS = {"RUNNING": "success", "PAUSED": "warning", "DRAFT": "info", "KILLED": "danger"}

# Events in the words of those who run campaigns.
TRIGGER_NAMES = {
    "loyalty.tier.upgraded": _("A member reaches a higher tier"),
    "members.appointment.due": _("An appointment is near"),
}
START = {
    "title": _("Start this campaign"),
    "description": _("Another person approves it. It then writes to members by itself."),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Ask for approval"),
}
PAUSE = {
    "title": _("Pause this campaign"),
    "description": _("Nothing more is sent, at once. Starting again needs an approval."),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Pause"),
}


class CampaignForm(forms.ModelForm):  # type: ignore[type-arg]
    """Events and channels are chosen, not typed."""

    trigger_type = forms.ChoiceField(
        label=capfirst(_("trigger")),
        help_text=_("The event that starts it."),
        choices=[(name, TRIGGER_NAMES.get(name, name)) for name in TRIGGERS],
        widget=UnfoldAdminSelectWidget,
    )
    purpose = forms.ChoiceField(
        label=capfirst(_("purpose")),
        help_text=_("The consent that a member must have given."),
        choices=Consent.Purpose.choices,
        widget=UnfoldAdminSelectWidget,
    )
    media = forms.MultipleChoiceField(
        label=capfirst(_("channels")),
        help_text=_("The message goes out on each of them that the member allows."),
        choices=Consent.Medium.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


@admin.register(Campaign)
class CampaignAdmin(ConsoleAdmin):
    form = CampaignForm
    empty_hint = _("Add a campaign: choose what starts it, a template and the channels.")
    list_display = ("shown_name", "shown_trigger", "shown_media", "template", "shown_state")
    list_filter = ("state",)
    list_select_related = ("template",)
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("-id",)
    readonly_fields = ("shown_media", "shown_purpose", "shown_trigger", "shown_state")
    actions_detail = ("start", "pause")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who only reads sees words where the others choose."""
        may_change = obj is None or self.has_change_permission(request, obj)
        chosen = ("media", "purpose", "trigger_type")
        media, purpose, trigger = (
            chosen if may_change else [f"shown_{name.partition('_')[0]}" for name in chosen]
        )
        return (
            (None, {"fields": (("name_zh", "name_en"), ("code", "shown_state"))}),
            (_("When and what"), {"fields": (trigger, "template", media)}),
            (
                _("Guard-rails"),
                {"fields": (purpose, ("quiet_from", "quiet_until"), "expires_hours")},
            ),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "code") if obj else self.readonly_fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A campaign that runs stays what a second person approved: pause it to change it."""
        if obj is not None and obj.state == Campaign.State.RUNNING:
            return False
        allowed: bool = super().has_change_permission(request, obj)
        return allowed

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Its messages keep naming it.
        return False

    @display(description=_("campaign"), ordering="name_zh")
    def shown_name(self, campaign: Campaign) -> str:
        return campaign.name

    @display(description=_("channels"), label=True)
    def shown_media(self, campaign: Campaign) -> labels.Labels:
        names = dict(Consent.Medium.choices)
        return labels.labels(names.get(medium, medium) for medium in campaign.media)

    @display(description=_("trigger"))
    def shown_trigger(self, campaign: Campaign) -> str:
        return str(TRIGGER_NAMES.get(campaign.trigger_type, campaign.trigger_type))

    @display(description=_("purpose"))
    def shown_purpose(self, campaign: Campaign) -> str:
        return str(dict(Consent.Purpose.choices).get(campaign.purpose, campaign.purpose))

    @display(description=_("state"), ordering="state", label=COLORS)
    def shown_state(self, campaign: Campaign) -> labels.Label:
        return labels.label(campaign.state, campaign.get_state_display())

    def has_start_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("campaigns.change_campaign")

    has_pause_permission = has_start_permission

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Of start and pause the one that makes sense; the service refuses the other in words."""
        campaign = Campaign.objects.filter(pk=object_id).first()
        shown = "start" if campaign and campaign.state in campaigns.EDITABLE else "pause"
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if one.action_name.endswith(shown)]

    @action(
        description=_("Start"),
        url_path="start",
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
        permissions=["start"],
        dialog=START,
    )
    def start(
        self, request: HttpRequest, form: confirmations.RequiredNoteForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=START,
            run=lambda: campaigns.submit(
                campaign_id=int(object_id),
                reason=form.cleaned_data["note"],
                maker=request.user,
                at=self.now(),
            ),
            done=gettext("Another person was asked to approve it."),
            to=reverse("admin:campaigns_campaign_change", args=[object_id]),
        )

    @action(
        description=_("Pause"),
        url_path="pause",
        icon="pause",
        permissions=["pause"],
        dialog=PAUSE,
    )
    def pause(
        self, request: HttpRequest, form: confirmations.RequiredNoteForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=PAUSE,
            run=lambda: campaigns.pause(
                campaign_id=int(object_id),
                reason=form.cleaned_data["note"],
                actor_id=request.user.pk,
                at=self.now(),
            ),
            done=gettext("Paused."),
            to=reverse("admin:campaigns_campaign_change", args=[object_id]),
        )
