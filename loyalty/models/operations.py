"""Points for many members at once: previewed, run as a job, undone by compensating entries."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7
from members.sealing.fields import SealedJSONField


class Operation(models.Model):
    """A mass grant, opening balances, or a longer life for points, as one thing.

    `audience` says for whom: {"members": "list"} with rows given, {"tag": code}, {"tier": code}
    or {"all": true}.
    """

    class Kind(models.TextChoices):
        GRANT = "GRANT", _("Grant points")
        OPENING = "OPENING", _("Opening balances")
        EXTEND = "EXTEND", _("Extend expiry")

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        PREVIEWED = "PREVIEWED", _("Previewed")
        WAITING = "WAITING", _("Waiting for approval")
        RUNNING = "RUNNING", _("Running")
        DONE = "DONE", _("Done")
        UNDOING = "UNDOING", _("Being undone")
        UNDONE = "UNDONE", _("Undone")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(_("what"), max_length=8, choices=Kind)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    reason = models.CharField(_("reason"), max_length=80)
    audience = models.JSONField(_("for whom"), default=dict)
    points = models.BigIntegerField(
        _("points each"), null=True, blank=True, help_text=_("Empty: each row says its own.")
    )
    expires_at = models.DateTimeField(
        _("new expiry"), null=True, blank=True, help_text=_("Empty: as the programme says.")
    )
    expiring_before_at = models.DateTimeField(_("points that lapse before"), null=True, blank=True)
    members_count = models.BigIntegerField(_("members"), default=0)
    total_points = models.BigIntegerField(_("points, in all"), default=0)
    refused_count = models.BigIntegerField(_("refused"), default=0)
    created_by = models.ForeignKey(
        "members.User", verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created"))
    job = models.ForeignKey(
        "members.Job", verbose_name=_("job"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    undo_job = models.ForeignKey(
        "members.Job",
        verbose_name=_("job that undoes it"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("operation on many members")
        verbose_name_plural = _("operations on many members")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class OperationUpload(models.Model):
    """The rows of a file as they were sent, until the preview has read them: they name members
    by phone. `rows` are texts: kind of identity, its value, points, last day."""

    # Of many members: sealed with the key of the house.
    sealed_with = None

    operation = models.OneToOneField(
        "loyalty.Operation", on_delete=models.CASCADE, related_name="upload"
    )
    rows = SealedJSONField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("uploaded file of an operation")
        verbose_name_plural = _("uploaded files of operations")

    def __str__(self) -> str:
        return f"{self.operation_id}"


class OperationRow(models.Model):
    """One member of an operation, and what became of it."""

    class State(models.TextChoices):
        READY = "READY", _("Ready")
        REFUSED = "REFUSED", _("Refused")
        DONE = "DONE", _("Done")
        UNDONE = "UNDONE", _("Undone")

    operation = models.ForeignKey(
        "loyalty.Operation", on_delete=models.PROTECT, related_name="rows"
    )
    number = models.BigIntegerField(_("row"))
    member_id = models.BigIntegerField(null=True)
    points = models.BigIntegerField(_("points"), default=0)
    expires_at = models.DateTimeField(_("expires"), null=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.READY)
    error = models.CharField(_("what is wrong"), max_length=60, blank=True)
    undone_points = models.BigIntegerField(_("taken back"), default=0)

    class Meta:
        verbose_name = _("row of an operation")
        verbose_name_plural = _("rows of operations")
        constraints = [
            models.UniqueConstraint(fields=["operation", "number"], name="operation_row_once"),
            models.UniqueConstraint(
                fields=["operation", "member_id"],
                name="operation_member_once",
                condition=models.Q(member_id__isnull=False) & ~models.Q(state="REFUSED"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}"
