"""Long work: progress, cancel, resume, errors per row."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7


class Job(models.Model):
    """One piece of long work. `cursor` is where it goes on; it commits with the work itself."""

    class State(models.TextChoices):
        QUEUED = "QUEUED", _("Queued")
        RUNNING = "RUNNING", _("Running")
        CANCELING = "CANCELING", _("Canceling")
        CANCELED = "CANCELED", _("Canceled")
        DONE = "DONE", _("Done")
        FAILED = "FAILED", _("Failed")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    params = models.JSONField(_("parameters"), default=dict)
    cursor = models.JSONField(default=dict)
    result = models.JSONField(_("result"), default=dict)
    total_count = models.BigIntegerField(_("total"), null=True)
    done_count = models.BigIntegerField(_("done"), default=0)
    error_count = models.BigIntegerField(_("errors"), default=0)
    message = models.TextField(_("message"), blank=True)
    requested_by = models.ForeignKey(
        "members.User",
        verbose_name=_("asked by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    # A running job whose heartbeat is old lost its worker; the sweep queues it again.
    heartbeat_at = models.DateTimeField(null=True)
    # The fence: a worker that was thought dead finds another one's claim and stops.
    claim = models.UUIDField(null=True, editable=False)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"

    @property
    def progress_percent(self) -> int:
        """0–100; a job that doesn't know its total shows 0 until it is done."""
        if self.state == self.State.DONE:
            return 100
        return min(99, 100 * self.done_count // self.total_count) if self.total_count else 0


class JobError(models.Model):
    """What was wrong with one row of a job, and how to mend it."""

    job = models.ForeignKey("members.Job", on_delete=models.CASCADE, related_name="errors")
    row = models.BigIntegerField(_("row"))
    code = models.CharField(_("code"), max_length=60)
    message = models.TextField(_("message"))

    class Meta:
        verbose_name = _("row error")
        verbose_name_plural = _("row errors")
        constraints = [
            models.UniqueConstraint(fields=["job", "row", "code"], name="job_error_once_per_row")
        ]

    def __str__(self) -> str:
        return f"{self.row}: {self.message}"
