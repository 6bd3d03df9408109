"""Merges that were made: what they moved, and the dialog that asks to take one back."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from members.admin import confirmations, labels, merge_previews
from members.admin.base import KeysetAdmin, operator_of
from members.models import MemberMerge, User
from members.registry import merge_page
from members.selectors import scopes
from members.services import merge_requests, merge_undos

UNDO = {
    "title": gettext_lazy("Take the merge back"),
    "description": gettext_lazy(
        "Each card gets back what it had. Another person has to approve it, and nothing may have "
        "happened on the card since."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": gettext_lazy("Ask for it"),
}
COLORS = {"IN_FORCE": "success", "UNDONE": "info"}


@admin.register(MemberMerge)
class MemberMergeAdmin(KeysetAdmin):
    empty_hint = gettext_lazy(
        "No cards were merged yet. “Possible duplicates” proposes pairs; “Merge…” on a member's "
        "page begins with one."
    )
    list_display = ("merged_at", "survivor", "retired", "reason", "actor", "shown_state")
    list_display_links = ("merged_at",)
    list_filter = (("undone_at", admin.EmptyFieldListFilter),)
    list_select_related = ("survivor", "retired", "actor", "undone_by")
    fields = (
        ("survivor", "retired"),
        ("merged_at", "actor"),
        "reason",
        "shown_state",
        ("undone_at", "undone_by"),
        "shown_obstacles",
    )
    readonly_fields = ("shown_state", "shown_obstacles")
    actions_detail = ("undo_it",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Merges of which the operator may see both cards."""
        scope = scopes.scope_for(request.user)
        rows = super().get_queryset(request)
        return scope.narrow(scope.narrow(rows, path="survivor__store"), path="retired__store")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        own = path(
            "preview/<int:survivor_id>/<int:retired_id>/", view, name="members_membermerge_preview"
        )
        return [own, *super().get_urls()]

    def preview_view(self, request: HttpRequest, survivor_id: int, retired_id: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return merge_previews.page(request, survivor_id, retired_id, at=self.now())

    def has_undo_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if not request.user.has_perm(merge_previews.MAY_ASK):
            return False
        rows = self.get_queryset(request)
        return object_id is None or rows.filter(pk=object_id, undone_at=None).exists()

    @display(description=gettext_lazy("state"), label=COLORS)
    def shown_state(self, merge: MemberMerge) -> labels.Label:
        if merge.undone_at is None:
            return labels.label("IN_FORCE", _("In force"))
        return labels.label("UNDONE", _("Taken back"))

    @display(description=gettext_lazy("taking it back"))
    def shown_obstacles(self, merge: MemberMerge) -> Any:
        found = merge_undos.obstacles(merge_id=merge.pk, at=self.now())
        told = [(str(merge_page.obstacle(one.reason)),) for one in found] or [
            (_("Nothing has happened since: it can be taken back."),)
        ]
        return format_html_join("", '<p class="console-step">{}</p>', told)

    @action(
        description=gettext_lazy("Take back"),
        url_path="undo",
        icon="undo",
        permissions=["undo"],
        dialog=UNDO,
    )
    def undo_it(
        self, request: HttpRequest, form: confirmations.RequiredNoteForm, object_id: str
    ) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        return confirmations.answer(
            request,
            form=form,
            dialog=UNDO,
            run=lambda: _ask_undo(row, form.cleaned_data["note"], operator_of(request), self.now()),
            done=_("Another person was asked to approve it."),
            to=reverse("admin:members_membermerge_change", args=[row.pk]),
        )


def _ask_undo(merge: MemberMerge, reason: str, maker: User, at: datetime) -> None:
    try:
        merge_requests.ask_undo(merge_id=merge.pk, reason=reason, maker=maker, at=at)
    except merge_undos.NotUndoable as error:
        # The same refusal, saying why.
        raise merge_undos.NotUndoable(
            str(merge_page.obstacle(error.details["reason"])), **error.details
        ) from None
