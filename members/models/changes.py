"""What was changed in settings and members: before, after, by whom, why, from where."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import guards


class ChangeRecord(models.Model):
    """One changed row of one table, written by the database itself, so that nothing can be
    changed past it. Append-only, but for `reason` and `address` of a member who was erased. Sealed
    columns show that they changed, never what they held."""

    class Kind(models.TextChoices):
        INSERT = "INSERT", _("Added")
        UPDATE = "UPDATE", _("Changed")
        DELETE = "DELETE", _("Deleted")

    append_only = True
    rewrites = ("reason", "address")

    table = models.CharField(_("table"), max_length=63)
    row_id = models.CharField(_("row"), max_length=64)
    kind = models.CharField(_("what"), max_length=6, choices=Kind)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    actor = models.ForeignKey(
        "members.User",
        verbose_name=_("operator"),
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
    )
    client = models.ForeignKey(
        "members.ApiClient",
        verbose_name=_("API client"),
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
    )
    # Path and method, a command's name, or a job's kind; the request's id; a request for approval.
    origin = models.CharField(_("from"), max_length=200, blank=True)
    reason = models.CharField(_("why"), max_length=500, blank=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)
    address = models.CharField(_("address"), max_length=45, blank=True)
    approval = models.UUIDField(_("approval"), null=True)
    occurred_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [
            models.Index(fields=["table", "row_id", "-id"], name="change_of_row"),
            models.Index(fields=["actor", "-id"], name="change_by_actor"),
            models.Index(fields=["client", "-id"], name="change_by_client"),
            models.Index(fields=["-occurred_at"], name="change_when"),
            models.Index(
                fields=["request_id"],
                name="change_request",
                condition=~models.Q(request_id=""),
            ),
        ]
        triggers = [
            guards.append_only_but(
                'members_forgotten(to_jsonb(OLD), to_jsonb(NEW), CASE WHEN OLD."table" IN '
                "('members_member', 'members_identity', 'members_legalhold') "
                "THEN OLD.row_id::bigint END)"
            )
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"
