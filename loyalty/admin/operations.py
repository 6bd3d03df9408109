"""Operations on many members: made, previewed with what is wrong, run, watched, undone."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from loyalty.admin import operation_steps, operation_words, words
from loyalty.admin.operation_forms import OperationForm, UndoForm
from loyalty.admin.operation_steps import GO_ON, RUN, UNDO
from loyalty.models import Operation, OperationRow
from loyalty.selectors import operations as selector
from loyalty.services import operations
from members.admin import confirmations, labels
from members.admin.base import KeysetAdmin, ReadOnlyInline, operator_of
from members.models import Job

COLORS = {
    "DRAFT": "info",
    "PREVIEWED": "warning",
    "WAITING": "warning",
    "RUNNING": "primary",
    "DONE": "success",
    "UNDOING": "primary",
    "UNDONE": "danger",
}
_PREFIX = "loyalty_operation_"


class OperationRowInline(ReadOnlyInline):
    model = OperationRow
    fields = readonly_fields = (
        "number",
        "member",
        "points",
        "state",
        "shown_error",
        "undone_points",
    )
    # Refused ones first: they are what somebody has to look at.
    ordering = ("-state", "number")
    per_page = 50
    verbose_name_plural = _("rows")

    @display(description=_("card number"))
    def member(self, row: OperationRow) -> str:
        return str(row.__dict__.get("card") or "–")

    @display(description=_("what is wrong"))
    def shown_error(self, row: OperationRow) -> str:
        return operation_words.error(row.error) if row.error else ""

    def get_queryset(self, request: HttpRequest) -> Any:
        return selector.with_cards(super().get_queryset(request))


@admin.register(Operation)
class OperationAdmin(KeysetAdmin):
    form = OperationForm
    show_add_link = True
    empty_hint = _("Grant points, take over balances or extend expiry for many members at once.")
    list_display = (
        "shown_what", "shown_whom", "shown_state", "members_count", "shown_points",
        "refused_count", "created_by", "created_at",
    )  # fmt: skip
    list_filter = ("state", "kind")
    list_select_related = ("created_by", "job", "undo_job")
    add_fieldsets = (
        (None, {"fields": (("kind", "reason"), "who", "file", "tag", "tier")}),
        (_("Points"), {"fields": ("points", "last_on", "lapsing_on")}),
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("shown_what", "shown_whom"),
                    ("shown_state", "shown_reason"),
                    ("members_count", "shown_points", "refused_count"),
                    ("created_by", "created_at"),
                    "shown_progress",
                    "shown_check",
                )
            },
        ),
    )
    readonly_fields = (
        "shown_what", "shown_whom", "shown_state", "shown_reason", "shown_points",
        "shown_progress", "shown_check",
    )  # fmt: skip
    inlines = (OperationRowInline,)
    actions_detail = ("run_it", "go_on", "undo_it", "errors_file")

    # Made by a form of its own; afterwards only services change it.

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("loyalty.add_operation")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Leads to the preview, and nowhere else."""
        hidden = {"show_save_and_add_another": False, "show_save_and_continue": False}
        answer: HttpResponse = super().add_view(
            request, form_url, {**(extra_context or {}), **hidden}
        )
        return answer

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        if obj is None:
            return OperationForm
        return super().get_form(request, obj, **options)

    def save_model(
        self, request: HttpRequest, obj: Operation, form: OperationForm, change: bool
    ) -> None:
        made = operations.create(draft=form.draft(), actor=operator_of(request), at=self.now())
        obj.__dict__.update(made.__dict__)

    def response_add(
        self, request: HttpRequest, obj: Operation, post_url_continue: str | None = None
    ) -> HttpResponse:
        messages.success(request, gettext("The preview is being made; nothing has moved yet."))
        return HttpResponseRedirect(_page(obj.pk))

    # Steps: offered where the service would take them, which refuses others in words

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        steps = operation_steps.offered(object_id)
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if one.action_name.removeprefix(_PREFIX) in steps]

    def has_run_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("loyalty.change_operation")

    def has_errors_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("loyalty.view_operation")

    @action(
        description=_("Run"),
        url_path="run",
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
        permissions=["run"],
        dialog=RUN,
    )
    def run_it(
        self, request: HttpRequest, form: confirmations.NoteForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=RUN,
            run=lambda: operations.start(
                operation_id=int(object_id),
                reason=form.cleaned_data["note"],
                actor=operator_of(request),
                at=self.now(),
            ),
            done=gettext("It runs, or waits for a second person where it is above your limit."),
            to=_page(object_id),
        )

    @action(
        description=_("Go on"),
        url_path="go-on",
        icon="resume",
        permissions=["run"],
        dialog=GO_ON,
    )
    def go_on(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=GO_ON,
            run=lambda: operations.go_on(
                operation_id=int(object_id), actor=operator_of(request), at=self.now()
            ),
            done=gettext("It goes on where it stopped."),
            to=_page(object_id),
        )

    @action(
        description=_("Undo"),
        url_path="undo",
        icon="undo",
        variant=ActionVariant.DANGER,
        permissions=["run"],
        dialog=UNDO,
    )
    def undo_it(self, request: HttpRequest, form: UndoForm, object_id: str) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=UNDO,
            run=lambda: operations.undo(
                operation_id=int(object_id),
                owes=form.cleaned_data["owes"],
                reason=form.cleaned_data["reason"],
                actor=operator_of(request),
                at=self.now(),
            ),
            done=gettext("It is being undone."),
            to=_page(object_id),
        )

    @action(
        description=_("Refused rows as CSV"),
        url_path="errors",
        icon="download",
        permissions=["errors"],
    )
    def errors_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        operation = Operation.objects.get(pk=object_id)
        lines = selector.refused_csv(operation=operation, say=operation_words.error)
        answer = StreamingHttpResponse(
            (line.encode() for line in ("\ufeff", *lines)), content_type="text/csv; charset=utf-8"
        )
        name = f"operation-{operation.pk}-refused.csv"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer  # type: ignore[return-value]

    # What is shown

    @display(description=_("what"))
    def shown_what(self, operation: Operation) -> str:
        return operation_words.what(operation)

    @display(description=_("for whom"))
    def shown_whom(self, operation: Operation) -> str:
        return operation_words.whom(operation)

    @display(description=_("reason"))
    def shown_reason(self, operation: Operation) -> str:
        return words.reason(operation.reason)

    @display(description=_("state"), label=COLORS)
    def shown_state(self, operation: Operation) -> labels.Label:
        return labels.label(operation.state, operation.get_state_display())

    @display(description=_("points, in all"))
    def shown_points(self, operation: Operation) -> str:
        return f"{operation.total_points:,}"

    @display(description=_("progress"))
    def shown_progress(self, operation: Operation) -> str:
        job = operation.undo_job or operation.job
        if job is None:
            return "–"
        shown = render_to_string("console/progress.html", {"percent": job.progress_percent})
        return render_to_string(
            "console/operation_progress.html",
            {
                "shown": shown,
                "job": job,
                "is_stopped": job.state not in (*operation_steps.WORKS, Job.State.DONE),
            },
        )

    @display(description=_("compared with the ledger"))
    def shown_check(self, operation: Operation) -> str:
        found = operation.job.result if operation.job else {}
        if "agrees" not in found:
            return "–"
        if not found["agrees"]:
            return gettext("They differ: tell the administrator.")
        return gettext("%(rows)s rows and %(points)s: the same in the ledger.") % {
            "rows": f"{found['entries']:,}",
            "points": words.points(found["entry_points"]),
        }


def _page(object_id: Any) -> str:
    return reverse("admin:loyalty_operation_change", args=[object_id])
