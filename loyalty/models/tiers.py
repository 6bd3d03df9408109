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
    qualifying_points = models.PositiveIntegerField(_("qualifying points from"), default=0)
    clv_amount = models.BigIntegerField(
        _("customer lifetime value from"),
        default=0,
        help_text=_("In minor units; the published measure “clv”."),
    )
    match = models.CharField(_("needs"), max_length=4, choices=Match, default=Match.ALL)
    is_invite_only = models.BooleanField(
        _("by invitation only"), default=False, help_text=_("Figures never reach it.")
    )
    cap_percent = models.DecimalField(
        _("at most, % of active members"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    cap_count = models.PositiveIntegerField(_("at most, members"), null=True, blank=True)
    never_downgrade = models.BooleanField(_("never taken away"), default=False)
    gift_points = models.PositiveIntegerField(
        _("gift on upgrade, points"), default=0, help_text=_("Once per member and tier.")
    )
    price_points = models.PositiveIntegerField(
        _("price in points"), null=True, blank=True, help_text=_("Empty: it can't be bought.")
    )
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
        INVITED = "INVITED", _("Invited")
        BOUGHT = "BOUGHT", _("Bought with points")
        PRIZE = "PRIZE", _("A prize")
        GRACE = "GRACE", _("Grace began")
        RETURN = "RETURN", _("Goods were returned")
        DRAWN = "DRAWN", _("Among the best")
        UNDRAWN = "UNDRAWN", _("No longer among the best")
        ENDED = "ENDED", _("Its time by hand was over")
        MERGED = "MERGED", _("Merged")
        UNMERGED = "UNMERGED", _("Merge taken back")

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
    actor_id = models.BigIntegerField(null=True)
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
