"""The queue of pairs that may be one person: two cards beside each other, decided by people."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from members.admin import confirmations, dialogs, duplicate_cells, labels, merge_previews
from members.admin.base import EstimatedPaginator, ReadOnlyAdmin, operator_of
from members.models import DuplicateCandidate
from members.selectors import duplicates as selector
from members.selectors import scopes
from members.services import duplicates

COLORS = {"OPEN": "warning", "DISMISSED": "info", "MERGED": "success", "GONE": "info"}
DISMISS = {
    "title": gettext_lazy("Two people"),
    "description": gettext_lazy(
        "The pair leaves the queue and comes back only if the cards share something new."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": gettext_lazy("They are two people"),
}
REOPEN = {
    "title": gettext_lazy("Look again"),
    "description": gettext_lazy("The pair is in the queue again."),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": gettext_lazy("Look again"),
}
MERGE = {
    "title": gettext_lazy("Merge…"),
    "description": gettext_lazy("You see both cards before anything happens."),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": gettext_lazy("Show both"),
}
LOOK = {
    "title": gettext_lazy("Look for duplicates now"),
    "description": gettext_lazy("All members are compared; it also happens every night."),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": gettext_lazy("Look now"),
}
_OFFERED = {"OPEN": {"merge_them", "dismiss"}, "DISMISSED": {"reopen", "merge_them"}}
_PREFIX = "members_duplicatecandidate_"


@admin.register(DuplicateCandidate)
class DuplicateCandidateAdmin(ReadOnlyAdmin):
    empty_hint = gettext_lazy(
        "No pair waits. Members are compared every night; “Look for duplicates now” does it at "
        "once."
    )
    paginator = EstimatedPaginator
    ordering = ("-score", "id")
    sortable_by: Any = ()
    list_display = ("score", "shown_reasons", "older", "younger", "shown_state", "found_at")
    list_display_links = ("score",)
    list_filter = ("state",)
    fields = (
        ("score", "shown_state"),
        "shown_points",
        ("older", "younger"),
        "found_at",
        ("decided_by", "decided_at"),
        "note",
    )
    readonly_fields = ("shown_state", "shown_points", "older", "younger")
    actions_list = ("look",)
    actions_detail = ("merge_them", "dismiss", "reopen")

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["console/merges.css"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        """Pairs of which the operator may see both cards."""
        rows = selector.queue(scope=scopes.scope_for(request.user)).order_by("-score", "id")
        joins = [f"{who}__{what}" for who in ("first", "second") for what in ("key", "store")]
        return rows.select_related(*joins, "decided_by").prefetch_related(
            "first__identities", "second__identities"
        )

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("members.change_duplicatecandidate")

    def has_merge_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm(merge_previews.MAY_ASK)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """What fits the pair's state."""
        state = self.get_queryset(request).filter(pk=object_id).values_list("state", flat=True)
        offered = _OFFERED.get(state.first() or "", set())
        found = super().get_actions_detail(request, object_id)
        return [one for one in found if one.action_name.removeprefix(_PREFIX) in offered]

    @display(description=gettext_lazy("reasons"))
    def shown_reasons(self, pair: DuplicateCandidate) -> str:
        return duplicate_cells.reasons(pair)

    @display(description=gettext_lazy("reasons"))
    def shown_points(self, pair: DuplicateCandidate) -> Any:
        return duplicate_cells.reasons_with_points(pair)

    @display(description=gettext_lazy("older card"))
    def older(self, pair: DuplicateCandidate) -> Any:
        return duplicate_cells.card(pair.first)

    @display(description=gettext_lazy("younger card"))
    def younger(self, pair: DuplicateCandidate) -> Any:
        return duplicate_cells.card(pair.second)

    @display(description=gettext_lazy("state"), label=COLORS)
    def shown_state(self, pair: DuplicateCandidate) -> labels.Label:
        return labels.label(pair.state, pair.get_state_display())

    @action(
        description=gettext_lazy("Merge…"),
        url_path="merge",
        icon="merge",
        variant=ActionVariant.PRIMARY,
        permissions=["merge"],
        dialog=MERGE,
    )
    def merge_them(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        pair = get_object_or_404(self.get_queryset(request), pk=object_id)
        return dialogs.go_to(merge_previews.url(pair.first_id, pair.second_id))

    @action(
        description=gettext_lazy("Two people"),
        url_path="dismiss",
        icon="group",
        permissions=["decide"],
        dialog=DISMISS,
    )
    def dismiss(
        self, request: HttpRequest, form: confirmations.RequiredNoteForm, object_id: str
    ) -> HttpResponse:
        done = _("The pair left the queue.")
        return self._decided(request, form, object_id, DISMISS, duplicates.dismiss, done)

    @action(
        description=gettext_lazy("Look again"),
        url_path="reopen",
        icon="undo",
        permissions=["decide"],
        dialog=REOPEN,
    )
    def reopen(
        self, request: HttpRequest, form: confirmations.RequiredNoteForm, object_id: str
    ) -> HttpResponse:
        done = _("The pair is in the queue again.")
        return self._decided(request, form, object_id, REOPEN, duplicates.reopen, done)

    @action(
        description=gettext_lazy("Look for duplicates now"),
        url_path="look",
        icon="search",
        permissions=["decide"],
        dialog=LOOK,
    )
    def look(self, request: HttpRequest, form: confirmations.ConfirmForm) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=LOOK,
            run=lambda: duplicates.start(actor_id=operator_of(request).pk, at=self.now()),
            done=_("A worker looks now; this page fills while it does."),
            to=reverse("admin:members_duplicatecandidate_changelist"),
        )

    def _decided(
        self, request: HttpRequest, form: Any, object_id: str, dialog: Any, decide: Any, done: str
    ) -> HttpResponse:
        pair = get_object_or_404(self.get_queryset(request), pk=object_id)
        return confirmations.answer(
            request,
            form=form,
            dialog=dialog,
            run=lambda: decide(
                candidate_id=pair.pk,
                note=form.cleaned_data["note"],
                actor_id=operator_of(request).pk,
                at=self.now(),
            ),
            done=done,
            to=reverse("admin:members_duplicatecandidate_changelist"),
        )
