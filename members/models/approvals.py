"""Four eyes: what one person asks for and another one lets happen."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7
from members.sealing.fields import SealedJSONField


class ApprovalRequest(models.Model):
    """A risky change, waiting for a second person. Written by `members.services.approvals`.

    `action` names the executor that a higher app registered; `target_version` is what the maker
    saw, so that a target that changed since makes the request stale instead of wrong.
    """

    class Status(models.TextChoices):
        PENDING = "PENDING", _("Waiting")
        APPROVED = "APPROVED", _("Approved")
        REJECTED = "REJECTED", _("Rejected")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")
        EXPIRED = "EXPIRED", _("Expired")
        STALE = "STALE", _("Outdated")

    sealed_with = "member"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    action = models.CharField(_("action"), max_length=60)
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.BigIntegerField(null=True, blank=True)
    target_version = models.CharField(max_length=64, blank=True)
    summary = models.CharField(_("request"), max_length=200)
    payload = SealedJSONField(_("details"), null=True)
    reason = models.TextField(_("reason"), max_length=500)
    maker = models.ForeignKey(
        "members.User",
        verbose_name=_("asked by"),
        on_delete=models.PROTECT,
        related_name="approvals_made",
    )
    checker = models.ForeignKey(
        "members.User",
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="approvals_checked",
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    note = models.TextField(_("note"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("expires"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("approval request")
        verbose_name_plural = _("approvals")
        constraints = [
            models.CheckConstraint(
                name="maker_is_not_checker",
                condition=models.Q(checker__isnull=True) | ~models.Q(maker=models.F("checker")),
            ),
            models.CheckConstraint(
                name="a_decision_names_its_checker",
                condition=~models.Q(status__in=["APPROVED", "REJECTED"])
                | models.Q(checker__isnull=False, decided_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="approval_waiting",
                condition=models.Q(status="PENDING"),
            )
        ]
        permissions = [("decide_approvalrequest", _("Can approve and reject"))]

    def __str__(self) -> str:
        return self.summary
