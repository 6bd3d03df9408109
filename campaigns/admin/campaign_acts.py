"""What is done with a campaign from its page: dialogs that ask why, each with one service call."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.admin.wizard_pages import WizardPages, page_of, step_of
from campaigns.models import Campaign
from campaigns.services import campaign_drafts, campaigns
from members.admin import confirmations, dialogs
from members.admin.base import operator_of
from members.errors import DomainError
from members.services import submissions

_State = Campaign.State
# The deeds that fit a state; the service refuses the others in words.
DEEDS: Mapping[str, frozenset[str]] = {
    _State.DRAFT: frozenset(),
    _State.IN_REVIEW: frozenset({"kill"}),
    _State.APPROVED: frozenset({"kill"}),
    _State.SCHEDULED: frozenset({"pause", "kill"}),
    _State.RUNNING: frozenset({"pause", "kill"}),
    _State.PAUSED: frozenset({"resume", "kill"}),
    _State.FINISHED: frozenset(),
    _State.KILLED: frozenset(),
}


class KillForm(confirmations.RequiredNoteForm):
    """What can't be taken back is typed, not only clicked."""

    code = forms.CharField(
        label=_("The campaign's code, to be sure"),
        max_length=60,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


PAUSE: dict[str, Any] = {
    "title": _("Pause this campaign"),
    "description": _(
        "Nobody comes in and nothing is sent, from this moment on. What is queued waits, and "
        "expires if it waits too long."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Pause"),
}
RESUME: dict[str, Any] = {
    "title": _("Let it go on"),
    "description": _(
        "It goes on where it was. What has expired meanwhile isn't sent. If it was changed, or "
        "has grown beyond what was approved, it needs another approval first."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Go on"),
}
KILL: dict[str, Any] = {
    "title": _("Stop it for good"),
    "description": _(
        "Nothing of it is sent any more, and it can't be started again. What was given stays "
        "given. To have it again, copy it."
    ),
    "form_class": KillForm,
    "form_submit_text": _("Stop for good"),
}
COPY: dict[str, Any] = {
    "title": _("Copy it as a new draft"),
    "description": _("Same audience, content and guard-rails; days that are over are left out."),
    "form_class": dialogs.ReasonForm,
    "form_submit_text": _("Copy"),
}


class CampaignActs(WizardPages):
    """For the page of campaigns."""

    actions_detail = ("pause", "resume", "copy", "kill")

    def has_run_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("campaigns.change_campaign")

    def has_copy_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("campaigns.add_campaign")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """What fits the campaign's state; one query."""
        state = Campaign.objects.filter(pk=object_id).values_list("state", flat=True).first()
        fitting = DEEDS.get(state or "", frozenset()) | {"copy"}
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if one.action_name.rpartition("_")[2] in fitting]

    @action(
        description=_("Pause"),
        url_path="pause",
        icon="pause",
        permissions=["run"],
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
                actor_id=operator_of(request).pk,
                at=self.now(),
            ),
            done=gettext("Paused."),
            to=page_of(object_id),
        )

    @action(
        description=_("Go on"),
        url_path="resume",
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
        permissions=["run"],
        dialog=RESUME,
    )
    def resume(
        self, request: HttpRequest, form: confirmations.RequiredNoteForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=RESUME,
            run=lambda: campaigns.resume(
                campaign_id=int(object_id),
                reason=form.cleaned_data["note"],
                actor_id=operator_of(request).pk,
                at=self.now(),
            ),
            done=gettext("It goes on."),
            to=page_of(object_id),
        )

    @action(
        description=_("Stop for good"),
        url_path="kill",
        icon="stop_circle",
        variant=ActionVariant.DANGER,
        permissions=["run"],
        dialog=KILL,
    )
    def kill(self, request: HttpRequest, form: KillForm, object_id: str) -> HttpResponse:
        code = Campaign.objects.filter(pk=object_id).values_list("code", flat=True).first()
        if form.cleaned_data["code"].strip() != code:
            error = DomainError(gettext("This is not the campaign's code: it is %s.") % code)
            return dialogs.refused(request, KILL, form, error)
        return confirmations.answer(
            request,
            form=form,
            dialog=KILL,
            run=lambda: campaigns.kill(
                campaign_id=int(object_id),
                reason=form.cleaned_data["note"],
                actor_id=operator_of(request).pk,
                at=self.now(),
            ),
            done=gettext("Stopped. Nothing of it is sent any more."),
            to=page_of(object_id),
        )

    @action(
        description=_("Copy"),
        url_path="copy",
        icon="content_copy",
        permissions=["copy"],
        dialog=COPY,
    )
    def copy(self, request: HttpRequest, form: dialogs.ReasonForm, object_id: str) -> HttpResponse:
        operator, at = operator_of(request), self.now()
        try:
            sent = submissions.run_once(
                uid=form.cleaned_data["submission"],
                action="campaign.copy",
                actor_id=operator.pk,
                at=at,
                do=lambda: campaign_drafts.copy(
                    campaign_id=int(object_id),
                    reason=form.cleaned_data["reason"],
                    actor=operator,
                    at=at,
                ),
                member_of=lambda made: None,
            )
        except DomainError as error:
            return dialogs.refused(request, COPY, form, error)
        if sent.result is None:
            return dialogs.go_to(page_of(object_id))
        messages.success(request, gettext("A draft was made. Change what should be otherwise."))
        return dialogs.go_to(step_of(sent.result, 1))
