"""Points with one life: when they become usable and when they lapse."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


class Lot(models.Model):
    """Points that came in together. Derived from entries and movements.

    `earned = remaining + spent + expired + clawed_back`, where spent is what redemptions took
    and didn't give back. `absorbed_points` counts the expired part that refunds already
    covered. `is_open` is false once nothing remains; it exists because an index on
    `remaining > 0` would make every spend a non-HOT update.
    """

    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="lots",
    )
    order_id = models.BigIntegerField(null=True)
    entry_id = models.BigIntegerField()
    earned_points = models.BigIntegerField(_("earned"))
    remaining_points = models.BigIntegerField(_("remaining"))
    held_points = models.BigIntegerField(_("held"), default=0)
    expired_points = models.BigIntegerField(_("expired"), default=0)
    clawed_points = models.BigIntegerField(_("taken back"), default=0)
    absorbed_points = models.BigIntegerField(_("absorbed by expiry"), default=0)
    is_pending = models.BooleanField(_("pending"), default=False)
    # Activity gives it its whole life again.
    is_sliding = models.BooleanField(_("sliding"), default=False)
    is_open = models.BooleanField(_("open"), default=True)
    activates_at = models.DateTimeField(_("active from"))
    expires_at = models.DateTimeField(_("expires"), null=True)

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        indexes = [
            models.Index(fields=["member"], name="lot_open", condition=models.Q(is_open=True)),
            models.Index(
                fields=["expires_at"], name="lot_lapsing", condition=models.Q(is_open=True)
            ),
            models.Index(
                fields=["order_id"], name="lot_order", condition=models.Q(order_id__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="lot_never_below_zero",
                condition=models.Q(
                    remaining_points__gte=0,
                    held_points__gte=0,
                    held_points__lte=models.F("remaining_points"),
                    expired_points__gte=0,
                    clawed_points__gte=0,
                    absorbed_points__gte=0,
                    absorbed_points__lte=models.F("expired_points"),
                ),
            ),
            models.CheckConstraint(
                name="lot_not_above_earned",
                condition=models.Q(
                    earned_points__gte=models.F("remaining_points")
                    + models.F("expired_points")
                    + models.F("clawed_points")
                ),
            ),
            models.CheckConstraint(
                name="open_lot_has_points",
                condition=models.Q(is_open=True, remaining_points__gt=0)
                | models.Q(is_open=False, remaining_points=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remaining_points}/{self.earned_points}"


class LotExtension(models.Model):
    """That a lot's expiry was moved, and by what. Append-only: balances as of an earlier instant
    are settled with the expiry of that time."""

    class Reason(models.TextChoices):
        SLIDE = "SLIDE", _("Activity")
        GRACE = "GRACE", _("Given back after it had lapsed")
        OPERATION = "OPERATION", _("Extended")
        UNDO = "UNDO", _("Extension undone")
        COMPLETED = "COMPLETED", _("Its order was completed")

    append_only = True

    lot_id = models.BigIntegerField()
    member_id = models.BigIntegerField()
    before_at = models.DateTimeField(_("expired before"), null=True)
    after_at = models.DateTimeField(_("expires now"), null=True)
    reason = models.CharField(_("reason"), max_length=9, choices=Reason)
    operation_id = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        indexes = [models.Index(fields=["member_id", "-id"], name="extension_member")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.before_at} → {self.after_at}"
