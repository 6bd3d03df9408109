"""Tiers, and the record of every change of one."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.naming import Named


class Tier(Named):
    """A level of membership. `rank` 0 is where everyone starts and has no thresholds."""

    class Match(models.TextChoices):
        ALL = "ALL", _("All measures")
        ANY = "ANY", _("Any measure")

    program = models.ForeignKey(
        "loyalty.Program",
        verbose_name=_("programme"),
        on_delete=models.PROTECT,
        related_name="tiers",
    )
    code = models.SlugField(_("code"), max_length=40)
    rank = models.PositiveSmallIntegerField(_("rank"))
    coefficient_percent = models.PositiveSmallIntegerField(
        _("points coefficient, %"), default=100, help_text=_("150: one and a half times.")
    )
    spend_amount = models.BigIntegerField(
        _("net spend from"), default=0, help_text=_("In minor units, within the window.")
    )
    orders_count = models.PositiveIntegerField(_("orders from"), default=0)
    match = models.CharField(_("needs"), max_length=4, choices=Match, default=Match.ALL)
    color = models.CharField(_("color"), max_length=7, default="#64748b")

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="tier_code_once"),
            models.UniqueConstraint(fields=["program", "rank"], name="tier_rank_once"),
        ]


class TierChange(models.Model):
    """From, to, why, until. Append-only."""

    class Reason(models.TextChoices):
        JOINED = "JOINED", _("Joined")
        UPGRADE = "UPGRADE", _("Reached the figures")
        DOWNGRADE = "DOWNGRADE", _("Fell below the figures")
        RENEWAL = "RENEWAL", _("Renewed")
        HAND = "HAND", _("By hand")

    append_only = True

    member = models.ForeignKey(
        "members.Member", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    from_tier = models.ForeignKey(
        "loyalty.Tier", on_delete=models.PROTECT, null=True, db_constraint=False, related_name="+"
    )
    to_tier = models.ForeignKey(
        "loyalty.Tier", on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    figures = models.JSONField(_("figures"), default=dict)
    order_id = models.BigIntegerField(null=True)
    occurred_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded"))
    until_at = models.DateTimeField(_("until"), null=True)

    class Meta:
        verbose_name = _("tier change")
        verbose_name_plural = _("tier changes")
        indexes = [models.Index(fields=["member", "-id"], name="tierchange_member")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.from_tier} → {self.to_tier}"
