"""What journeys told other systems: taken, waiting, or failed for good and to be sent again."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from campaigns.models import StepCall
from campaigns.services import step_calls
from members.admin import confirmations, labels
from members.admin.base import KeysetAdmin, operator_of

COLORS = labels.Colors(QUEUED="info", CLAIMED="info", SENT="success", DEAD="danger")
AGAIN = {
    "title": _("Send it again"),
    "description": _("With the same id, so that the receiver can tell a repeat."),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Send"),
}


@admin.register(StepCall)
class StepCallAdmin(KeysetAdmin):
    empty_hint = _("No journey has told another system anything yet.")
    list_display = (
        "created_at",
        "endpoint",
        "shown_campaign",
        "step",
        "shown_state",
        "attempts",
        "last_error",
    )
    list_filter = ("state", "endpoint")
    list_select_related = ("endpoint", "enrollment__campaign")
    fields = (
        "uid",
        "endpoint",
        "shown_campaign",
        "step",
        "shown_state",
        "attempts",
        "next_at",
        "sent_at",
        "last_error",
        "created_at",
    )
    readonly_fields = ("shown_campaign", "shown_state")
    actions_detail = ("send_again",)

    @display(description=_("campaign"))
    def shown_campaign(self, call: StepCall) -> str:
        return call.enrollment.campaign.name

    @display(description=_("state"), label=COLORS)
    def shown_state(self, call: StepCall) -> labels.Label:
        return labels.label(call.state, call.get_state_display())

    def has_again_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("campaigns.change_stepcall")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Of a call that failed for good only."""
        dead = StepCall.objects.filter(pk=object_id, state=StepCall.State.DEAD)
        if object_id is not None and not dead.exists():
            return []
        return super().get_actions_detail(request, object_id)

    @action(
        description=_("Send again"),
        url_path="send-again",
        icon="replay",
        permissions=["again"],
        dialog=AGAIN,
    )
    def send_again(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=AGAIN,
            run=lambda: step_calls.send_again(
                call_id=int(object_id), actor_id=operator_of(request).pk, at=self.now()
            ),
            done=gettext("It is queued, and goes out at once."),
            to=reverse("admin:campaigns_stepcall_change", args=[object_id]),
        )
