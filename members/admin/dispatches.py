"""Events still owed to a subscriber; the dead ones wait for a person."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from members.admin import confirmations, labels
from members.admin.base import KeysetAdmin
from members.models import Dispatch
from members.selectors.dispatches import dead
from members.services import dispatches

REDRIVE = {
    "title": gettext_lazy("Deliver again"),
    "description": gettext_lazy(
        "The subscriber gets the event once more, now. Subscribers bear repeats: nothing is "
        "doubled."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": gettext_lazy("Deliver again"),
}
REDRIVE_ALL = {
    **REDRIVE,
    "title": gettext_lazy("Deliver all dead ones again"),
    "description": gettext_lazy(
        "Mend the cause first: what fails again dies again after the same number of attempts."
    ),
}


@admin.register(Dispatch)
class DispatchAdmin(KeysetAdmin):
    empty_hint = gettext_lazy("Nothing waits: every event has reached its subscribers.")
    list_display = ("id", "shown_event", "subscriber", "shown_state", "attempts", "next_at")
    list_filter = ("state", "subscriber")
    list_select_related = ("event",)
    fields = (
        ("event", "subscriber"),
        ("state", "attempts"),
        "next_at",
        "last_error",
    )
    actions_list = ("redrive_all",)
    actions_row = ("redrive",)
    actions_detail = ("redrive",)

    def has_redrive_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("members.change_dispatch")

    @display(description=gettext_lazy("event"))
    def shown_event(self, dispatch: Dispatch) -> str:
        return dispatch.event.type

    @display(description=gettext_lazy("state"), label={"PENDING": "info", "DEAD": "danger"})
    def shown_state(self, dispatch: Dispatch) -> labels.Label:
        return labels.label(dispatch.state, dispatch.get_state_display())

    @action(
        description=gettext_lazy("Deliver again"),
        url_path="redrive",
        icon="replay",
        permissions=["redrive"],
        dialog=REDRIVE,
    )
    def redrive(
        self, request: HttpRequest, form: confirmations.NoteForm, object_id: str
    ) -> HttpResponse:
        return self._redriven(request, form, REDRIVE, [int(object_id)])

    @action(
        description=gettext_lazy("Deliver all dead ones again"),
        url_path="redrive-all",
        icon="replay",
        permissions=["redrive"],
        dialog=REDRIVE_ALL,
    )
    def redrive_all(self, request: HttpRequest, form: confirmations.NoteForm) -> HttpResponse:
        dead_ids = list(dead().values_list("pk", flat=True))
        return self._redriven(request, form, REDRIVE_ALL, dead_ids)

    def _redriven(
        self,
        request: HttpRequest,
        form: confirmations.NoteForm,
        dialog: Any,
        dispatch_ids: list[int],
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=dialog,
            run=lambda: dispatches.redrive(
                dispatch_ids=dispatch_ids,
                at=self.now(),
                actor_id=request.user.pk,
                reason=form.cleaned_data["note"],
            ),
            done=_("Delivery starts at once."),
            to=reverse("admin:members_dispatch_changelist"),
        )
