"""Redemptions: requested → ready → fulfilled, or canceled, or expired."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7


class Redemption(models.Model):
    """One reward for one member. While cash is to be paid its points are held; ready means paid,
    with a code for the pick-up. From `expires_at` on it is over, whether or not a job has run."""

    class State(models.TextChoices):
        REQUESTED = "REQUESTED", _("To be paid")
        READY = "READY", _("Ready")
        FULFILLED = "FULFILLED", _("Handed over")
        CANCELED = "CANCELED", _("Canceled")
        EXPIRED = "EXPIRED", _("Expired")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(_("number"), max_length=80)
    fingerprint = models.BinaryField(max_length=32)
    reward = models.ForeignKey(
        "loyalty.Reward",
        verbose_name=_("reward"),
        on_delete=models.PROTECT,
        related_name="redemptions",
    )
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="redemptions",
    )
    # Whose limit it counts against: `member:<id>`, and under which key of PoolUse.
    limit_key = models.CharField(max_length=80, blank=True, default="")
    state = models.CharField(_("state"), max_length=9, choices=State)
    quantity = models.PositiveSmallIntegerField(_("pieces"), default=1)
    points = models.BigIntegerField(_("points"))
    money_amount = models.BigIntegerField(_("money"), default=0)
    payment_ref = models.CharField(_("payment"), max_length=80, blank=True, default="")
    # Whose number it is: of who told that it was paid, who may be another than who asked.
    payment_source = models.CharField(max_length=40, blank=True, default="")
    # Of the points: held while money is to be paid, then spent; where nothing is to be paid they
    # are spent at once.
    hold_id = models.BigIntegerField(null=True)
    coupon_ids = models.JSONField(default=list)
    store = models.ForeignKey(
        "members.Store",
        verbose_name=_("store"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    # Empty where nothing is picked up; unique among those that wait.
    pickup_code = models.CharField(_("pick-up code"), max_length=16, blank=True, default="")
    requested_at = models.DateTimeField(_("requested"))
    ready_at = models.DateTimeField(_("ready"), null=True)
    expires_at = models.DateTimeField(_("until"), null=True)
    fulfilled_at = models.DateTimeField(_("handed over"), null=True)
    fulfilled_by_id = models.BigIntegerField(null=True)
    # Where it was handed over, and under which number of whose: the same number again is a repeat.
    fulfilled_store = models.ForeignKey(
        "members.Store",
        verbose_name=_("handed over in"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    fulfilled_source = models.CharField(max_length=40, blank=True, default="")
    fulfilled_number = models.CharField(max_length=80, blank=True, default="")
    ended_at = models.DateTimeField(_("ended"), null=True)
    end_reason = models.CharField(_("reason"), max_length=80, blank=True, default="")
    returned_points = models.BigIntegerField(_("points given back"), default=0)

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="redemption_once"),
            # One payment pays for one redemption.
            models.UniqueConstraint(
                fields=["payment_source", "payment_ref"],
                name="redemption_paid_once",
                condition=~models.Q(payment_ref=""),
            ),
            models.UniqueConstraint(
                fields=["pickup_code"],
                name="redemption_pickup_code_once",
                condition=models.Q(state="READY") & ~models.Q(pickup_code=""),
            ),
            models.CheckConstraint(
                name="redemption_amounts_make_sense",
                condition=models.Q(
                    quantity__gte=1,
                    points__gte=1,
                    money_amount__gte=0,
                    returned_points__gte=0,
                    returned_points__lte=models.F("points"),
                ),
            ),
            models.CheckConstraint(
                name="redemption_waits_with_a_hold",
                condition=~models.Q(state="REQUESTED")
                | models.Q(hold_id__isnull=False, money_amount__gt=0, expires_at__isnull=False),
            ),
            models.CheckConstraint(
                name="redemption_fulfilled_at_once",
                condition=models.Q(state="FULFILLED", fulfilled_at__isnull=False)
                | (~models.Q(state="FULFILLED") & models.Q(fulfilled_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="redemption_ended_at_once",
                condition=models.Q(state__in=["CANCELED", "EXPIRED"], ended_at__isnull=False)
                | (
                    ~models.Q(state__in=["CANCELED", "EXPIRED"])
                    & models.Q(ended_at__isnull=True, returned_points=0)
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="redemption_of_member"),
            models.Index(
                fields=["store", "ready_at"],
                name="redemption_to_pick",
                condition=models.Q(state="READY"),
            ),
            models.Index(
                fields=["expires_at"],
                name="redemption_ends",
                condition=models.Q(state__in=["REQUESTED", "READY"]),
            ),
            models.Index(fields=["reward", "-id"], name="redemption_of_reward"),
            models.Index(
                fields=["pickup_code"],
                name="redemption_of_code",
                condition=~models.Q(pickup_code=""),
            ),
        ]

    def __str__(self) -> str:
        return self.reward.name if self.quantity == 1 else f"{self.reward.name} × {self.quantity}"


class RedemptionMove(models.Model):
    """What happened to a redemption, step by step. Never changed."""

    append_only = True

    redemption = models.ForeignKey(
        "loyalty.Redemption", on_delete=models.PROTECT, related_name="moves"
    )
    from_state = models.CharField(max_length=9, blank=True, default="")
    to_state = models.CharField(_("state"), max_length=9, choices=Redemption.State)
    reason = models.CharField(_("reason"), max_length=80, blank=True, default="")
    actor_id = models.BigIntegerField(null=True)
    occurred_at = models.DateTimeField(_("happened"))

    class Meta:
        verbose_name = _("step of a redemption")
        verbose_name_plural = _("steps of redemptions")
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
