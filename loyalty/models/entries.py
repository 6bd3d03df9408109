"""The ledger: entries are the truth; a correction is another entry."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.sealing.fields import SealedTextField


class LedgerEntry(models.Model):
    """One movement of a member's points. Append-only.

    `points` is the signed headline; the three changes say which balances moved, and the three
    balances what they were afterwards. `key` makes a repeat harmless.
    """

    class Kind(models.TextChoices):
        EARN = "EARN", _("Earned")
        ACTIVATE = "ACTIVATE", _("Became usable")
        REDEEM = "REDEEM", _("Redeemed")
        RESTORE = "RESTORE", _("Given back")
        EXPIRE = "EXPIRE", _("Expired")
        CLAWBACK = "CLAWBACK", _("Taken back")
        DEBT = "DEBT", _("Debt")
        REPAY = "REPAY", _("Debt repaid")
        ADJUST = "ADJUST", _("Adjusted")
        TRANSFER_OUT = "TRANSFER_OUT", _("Transferred out")
        TRANSFER_IN = "TRANSFER_IN", _("Transferred in")

    class Source(models.TextChoices):
        ORDER = "ORDER", _("Order")
        REFUND = "REFUND", _("Refund")
        LOT = "LOT", _("Lot")
        OPERATION = "OPERATION", _("Operation")
        APPROVAL = "APPROVAL", _("Approval")
        HOLD = "HOLD", _("Hold")
        TRANSFER = "TRANSFER", _("Transfer")
        MERGE = "MERGE", _("Merge")
        BEHAVIOR = "BEHAVIOR", _("Behavior")
        TIER = "TIER", _("Tier")
        PRIZE = "PRIZE", _("Prize")
        REDEMPTION = "REDEMPTION", _("Redemption")

    append_only = True
    sealed_with = "member"

    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="ledger_entries",
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    points = models.BigIntegerField(_("points"))
    pending_change = models.BigIntegerField(default=0)
    active_change = models.BigIntegerField(default=0)
    debt_change = models.BigIntegerField(default=0)
    pending_after = models.BigIntegerField(_("pending after"))
    active_after = models.BigIntegerField(_("balance after"))
    debt_after = models.BigIntegerField(_("debt after"))
    reason = models.CharField(_("reason"), max_length=40)
    source_type = models.CharField(_("document"), max_length=10, choices=Source)
    source_id = models.BigIntegerField(null=True)
    key = models.CharField(max_length=80)
    actor = models.ForeignKey(
        "members.User",
        verbose_name=_("operator"),
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    # Free text about a person in a table that is never changed: only shredding can erase it.
    note = SealedTextField(_("note"), max_length=200, blank=True)
    occurred_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        constraints = [models.UniqueConstraint(fields=["key"], name="entry_posted_once")]
        indexes = [models.Index(fields=["member", "-id"], name="entry_statement")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.points:+d}"


class LotMovement(models.Model):
    """By how much an entry touched a lot. The entry that created a lot has none: the lot's
    `entry_id` and `earned_points` say it. Append-only."""

    append_only = True

    entry_id = models.BigIntegerField()
    lot_id = models.BigIntegerField()
    member_id = models.BigIntegerField()
    points = models.BigIntegerField(_("points"))

    class Meta:
        verbose_name = _("lot movement")
        verbose_name_plural = _("lot movements")
        constraints = [
            models.UniqueConstraint(fields=["entry_id", "lot_id"], name="entry_touches_a_lot_once")
        ]
        indexes = [models.Index(fields=["lot_id"], name="movement_lot")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.points:+d}"
