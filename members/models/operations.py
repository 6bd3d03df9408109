"""Signs of life, and the record of who looked at or changed what."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import guards


class Heartbeat(models.Model):
    """When a worker or beat was last seen; `doctor` and the console read it."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    seen_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name


class AuditRecord(models.Model):
    """Who did or saw what, and why; never the value itself. Append-only: an erasure may empty
    `reason` and `address`, and nothing else (`migrations/sql/trail.sql`)."""

    append_only = True
    rewrites = ("reason", "address")

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
    action = models.CharField(_("action"), max_length=60)
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
    )
    reason = models.TextField(_("reason"), blank=True)
    details = models.JSONField(_("details"), default=dict)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)
    address = models.CharField(_("from where"), max_length=45, blank=True)
    occurred_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("audit record")
        verbose_name_plural = _("audit trail")
        indexes = [
            models.Index(fields=["member", "-id"], name="audit_of_member"),
            models.Index(fields=["actor", "-id"], name="audit_by_actor"),
            models.Index(fields=["client", "-id"], name="audit_by_client"),
            models.Index(fields=["-occurred_at"], name="audit_when"),
            models.Index(
                fields=["request_id"],
                name="audit_request",
                condition=~models.Q(request_id=""),
            ),
        ]
        triggers = [
            guards.append_only_but("members_forgotten(to_jsonb(OLD), to_jsonb(NEW), OLD.member_id)")
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.occurred_at:%Y-%m-%d %H:%M}"
