"""Long work: how far it is, what was wrong with which row, and a way to stop it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from members.admin import confirmations, labels
from members.admin.base import KeysetAdmin, ReadOnlyInline
from members.models import Job, JobError
from members.services import jobs

CANCEL = {
    "title": gettext_lazy("Cancel this job"),
    "description": gettext_lazy(
        "It stops after the part that it is working on. What is done stays done."
    ),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": gettext_lazy("Cancel the job"),
}
STOPPABLE = (Job.State.QUEUED, Job.State.RUNNING)
COLORS = labels.Colors(
    {
        "QUEUED": "info",
        "RUNNING": "primary",
        "CANCELING": "warning",
        "DONE": "success",
        "FAILED": "danger",
    }
)


class JobErrorInline(ReadOnlyInline):
    model = JobError
    fields = readonly_fields = ("row", "code", "shown_message")
    ordering = ("row",)
    per_page = 50

    @display(description=gettext_lazy("message"))
    def shown_message(self, error: JobError) -> str:
        """Kept in English, as the service said it."""
        return _(error.message) if error.message else ""


@admin.register(Job)
class JobAdmin(KeysetAdmin):
    empty_hint = gettext_lazy("Imports, exports and other long work appear here when they start.")
    list_display = (
        "id",
        "kind",
        "shown_state",
        "shown_progress",
        "error_count",
        "requested_by",
        "created_at",
    )
    list_filter = ("state", "kind")
    list_select_related = ("requested_by",)
    fields = (
        ("kind", "shown_state"),
        "shown_progress",
        ("done_count", "total_count", "error_count"),
        "message",
        ("requested_by", "created_at"),
        ("started_at", "finished_at"),
        "params",
        "result",
    )
    readonly_fields = ("shown_state", "shown_progress")
    inlines = (JobErrorInline,)
    actions_detail = ("cancel",)

    def has_cancel_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if not request.user.has_perm("members.change_job"):
            return False
        return object_id is None or Job.objects.filter(pk=object_id, state__in=STOPPABLE).exists()

    @display(description=gettext_lazy("state"), label=COLORS)
    def shown_state(self, job: Job) -> labels.Label:
        return labels.label(job.state, job.get_state_display())

    @display(description=gettext_lazy("progress"))
    def shown_progress(self, job: Job) -> str:
        return render_to_string("console/progress.html", {"percent": job.progress_percent})

    @action(
        description=gettext_lazy("Cancel"),
        url_path="cancel",
        icon="cancel",
        variant=ActionVariant.DANGER,
        permissions=["cancel"],
        dialog=CANCEL,
    )
    def cancel(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=CANCEL,
            run=lambda: jobs.cancel(job_id=int(object_id), at=self.now()),
            done=_("The job stops after its present part."),
            to=reverse("admin:members_job_change", args=[object_id]),
        )
