"""The inbox of requests that wait for a second person."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from members.admin import confirmations, labels, sealed
from members.admin.base import KeysetAdmin, operator_of
from members.models import ApprovalRequest
from members.registry import panels
from members.selectors import scopes
from members.services import approvals

COLORS = labels.Colors(
    {
        "PENDING": "warning",
        "APPROVED": "success",
        "REJECTED": "danger",
        "EXPIRED": "info",
        "STALE": "info",
    }
)
APPROVE = {
    "title": gettext_lazy("Approve"),
    "description": gettext_lazy("What was asked for happens at once, in your name as checker."),
    "form_class": confirmations.NoteForm,
    "form_submit_text": gettext_lazy("Approve"),
}
REJECT = {
    "title": gettext_lazy("Reject"),
    "description": gettext_lazy("Nothing changes. The note tells whoever asked why."),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": gettext_lazy("Reject"),
}
WITHDRAW = {
    "title": gettext_lazy("Withdraw"),
    "description": gettext_lazy("You take back what you asked for; nothing changes."),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": gettext_lazy("Withdraw"),
}


@admin.register(ApprovalRequest)
class ApprovalRequestAdmin(KeysetAdmin):
    """Approving, rejecting and withdrawing are dialogs; services and database refuse a maker
    who would decide."""

    empty_hint = gettext_lazy(
        "Nothing waits. What needs a second person appears here as soon as someone asks."
    )
    list_display = (
        "id",
        "summary",
        "shown_action",
        "member",
        "maker",
        "reason",
        "created_at",
        "shown_status",
    )
    list_display_links = ("id", "summary")
    list_filter = ("status", ("maker", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("member", "maker")
    fields = (
        ("summary", "shown_status"),
        ("shown_action", "member"),
        "shown_payload",
        "reason",
        ("maker", "created_at"),
        ("checker", "decided_at"),
        "note",
        "expires_at",
    )
    readonly_fields = ("shown_action", "shown_status", "shown_payload")
    actions_detail = ("approve", "reject", "withdraw")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApprovalRequest]:
        """What one asked for oneself, and what concerns the members of one's stores."""
        queryset: QuerySet[ApprovalRequest] = super().get_queryset(request)
        queryset = queryset.select_related("member__key", "maker", "checker")
        scope = scopes.scope_for(request.user)
        mine = Q(maker=operator_of(request))
        if not request.user.has_perm("members.decide_approvalrequest"):
            return queryset.filter(mine)
        if scope.is_whole_chain:
            return queryset
        return queryset.filter(mine | Q(member__store__in=scope.store_ids))

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if not request.user.has_perm("members.decide_approvalrequest"):
            return False
        return (
            object_id is None
            or self._waiting(object_id).exclude(maker=operator_of(request)).exists()
        )

    def has_withdraw_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return (
            object_id is None
            or self._waiting(object_id).filter(maker=operator_of(request)).exists()
        )

    @display(description=gettext_lazy("action"))
    def shown_action(self, request: ApprovalRequest) -> str:
        executor = panels.EXECUTORS.get(request.action)
        return str(executor.label) if executor else request.action

    @display(description=gettext_lazy("status"), label=COLORS)
    def shown_status(self, request: ApprovalRequest) -> labels.Label:
        return labels.label(request.status, request.get_status_display())

    @display(description=gettext_lazy("details"))
    def shown_payload(self, request: ApprovalRequest) -> Any:
        payload = sealed.shown(request, "payload")
        executor = panels.EXECUTORS.get(request.action)
        if not isinstance(payload, dict):
            told = [payload] if payload else []
        elif executor is not None and executor.tell is not None:
            told = executor.tell(request)
        else:
            told = [f"{name}: {value}" for name, value in sorted(payload.items())]
        if executor is not None and executor.page is not None:
            link = '<a class="console-link" href="{}">{}</a>'
            told.append(format_html(link, executor.page(request), _("See what will happen")))
        return format_html_join("", '<p class="console-step">{}</p>', ((one,) for one in told))

    @action(
        description=gettext_lazy("Approve"),
        url_path="approve",
        icon="check",
        variant=ActionVariant.PRIMARY,
        permissions=["decide"],
        dialog=APPROVE,
    )
    def approve(
        self, request: HttpRequest, form: confirmations.NoteForm, object_id: str
    ) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        return confirmations.answer(
            request,
            form=form,
            dialog=APPROVE,
            run=lambda: approvals.approve(
                request_id=row.pk,
                checker=operator_of(request),
                at=self.now(),
                note=form.cleaned_data["note"],
            ),
            done=_("Approved and carried out."),
            to=reverse("admin:members_approvalrequest_changelist"),
        )

    @action(
        description=gettext_lazy("Reject"),
        url_path="reject",
        icon="close",
        permissions=["decide"],
        dialog=REJECT,
    )
    def reject(
        self, request: HttpRequest, form: confirmations.RequiredNoteForm, object_id: str
    ) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        return confirmations.answer(
            request,
            form=form,
            dialog=REJECT,
            run=lambda: approvals.reject(
                request_id=row.pk,
                checker=operator_of(request),
                at=self.now(),
                note=form.cleaned_data["note"],
            ),
            done=_("Rejected; nothing was changed."),
            to=reverse("admin:members_approvalrequest_changelist"),
        )

    @action(
        description=gettext_lazy("Withdraw"),
        url_path="withdraw",
        icon="undo",
        permissions=["withdraw"],
        dialog=WITHDRAW,
    )
    def withdraw(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=WITHDRAW,
            run=lambda: approvals.withdraw(
                request_id=int(object_id), maker=operator_of(request), at=self.now()
            ),
            done=_("Withdrawn."),
            to=reverse("admin:members_approvalrequest_changelist"),
        )

    def _waiting(self, object_id: Any) -> QuerySet[ApprovalRequest]:
        return ApprovalRequest.objects.filter(pk=object_id, status=ApprovalRequest.Status.PENDING)
