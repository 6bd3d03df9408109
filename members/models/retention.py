"""How long which data are kept, the runs that remove them, and what may not be removed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RetentionRule(models.Model):
    """For one category that an app registered: after how many days its rows go."""

    category = models.CharField(_("category"), max_length=60, unique=True)
    days = models.PositiveIntegerField(_("days"))
    is_active = models.BooleanField(_("in force"), default=True)
    last_run_at = models.DateTimeField(_("last run"), null=True, blank=True)
    removed_count = models.BigIntegerField(_("removed last time"), default=0)

    class Meta:
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention")

    def __str__(self) -> str:
        return self.category


class LegalHold(models.Model):
    """That a member's data may not be removed or erased for now. Ended, never deleted."""

    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="legal_holds",
    )
    reason = models.CharField(_("reason"), max_length=300)
    placed_at = models.DateTimeField(_("since"))
    placed_by = models.ForeignKey(
        "members.User", verbose_name=_("recorded by"), on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "members.User",
        verbose_name=_("done by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                name="legal_hold_once",
                condition=models.Q(ended_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id}"
