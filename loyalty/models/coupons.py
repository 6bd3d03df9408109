"""Coupons: each one code, one life, at most one use."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7


class CouponBatch(models.Model):
    """Codes made at once, for print or for another system; a job makes them."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    type = models.ForeignKey(
        "loyalty.CouponType",
        verbose_name=_("coupon type"),
        on_delete=models.PROTECT,
        related_name="batches",
    )
    count = models.PositiveIntegerField(_("codes"))
    made_count = models.PositiveIntegerField(_("made"), default=0)
    note = models.CharField(_("what for"), max_length=120, blank=True)
    job_id = models.BigIntegerField(null=True, editable=False)
    actor_id = models.BigIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(_("created"))
    voided_at = models.DateTimeField(_("voided"), null=True, editable=False)

    class Meta:
        verbose_name = _("batch of coupons")
        verbose_name_plural = _("batches of coupons")
        constraints = [
            models.CheckConstraint(
                name="coupon_batch_makes_no_more",
                condition=models.Q(count__gte=1, made_count__lte=models.F("count")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} × {self.count}"


class Coupon(models.Model):
    """One coupon: issued → claimed → locked → redeemed, or expired, or void.

    Written by the functions of loyalty/migrations/sql/coupons.sql, behind its row lock. A coupon
    without a holder (`member`) works for whoever brings its code. `reserved_amount` is what it
    keeps of its type's budget; `discount_amount` is what it took off in the end.
    """

    class State(models.TextChoices):
        ISSUED = "ISSUED", _("Issued")
        CLAIMED = "CLAIMED", _("Claimed")
        LOCKED = "LOCKED", _("Locked")
        REDEEMED = "REDEEMED", _("Redeemed")
        EXPIRED = "EXPIRED", _("Expired")
        VOID = "VOID", _("Void")

    class Origin(models.TextChoices):
        BATCH = "BATCH", _("Batch")
        CLAIM = "CLAIM", _("Claimed by the member")
        PUBLIC = "PUBLIC", _("Public code")
        OPERATOR = "OPERATOR", _("Given by staff")
        OFFER = "OFFER", _("Gift of an offer")
        CAMPAIGN = "CAMPAIGN", _("Campaign")
        IMPORT = "IMPORT", _("Import")
        BENEFIT = "BENEFIT", _("A benefit")
        REWARD = "REWARD", _("Paid with points")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    type = models.ForeignKey(
        "loyalty.CouponType",
        verbose_name=_("coupon type"),
        on_delete=models.PROTECT,
        db_index=False,
        related_name="coupons",
    )
    code = models.CharField(_("code"), max_length=24, unique=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ISSUED)
    origin = models.CharField(_("from"), max_length=8, choices=Origin)
    # Whoever grants it once has one key for it: a repeat finds it.
    key = models.CharField(max_length=120, null=True, unique=True)
    batch = models.ForeignKey(
        "loyalty.CouponBatch",
        verbose_name=_("batch"),
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="coupons",
    )
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="coupons",
    )
    # Whose limit it counts against: `member:<id>` or `guest:<blind index>`; "" nobody's yet.
    holder = models.CharField(max_length=80, blank=True, default="")
    issued_at = models.DateTimeField(_("issued"))
    claimed_at = models.DateTimeField(_("claimed"), null=True)
    valid_from = models.DateTimeField(_("valid from"), null=True)
    expires_at = models.DateTimeField(_("valid until"), null=True)
    # What it was before the lock, to go back to: ISSUED or CLAIMED.
    locked_source = models.CharField(max_length=40, blank=True, default="")
    locked_for = models.CharField(_("locked for"), max_length=80, blank=True, default="")
    locked_until = models.DateTimeField(_("locked until"), null=True)
    redeemed_at = models.DateTimeField(_("redeemed"), null=True)
    order_id = models.BigIntegerField(null=True)
    # By whom it was redeemed and for which number, also without an order of ours.
    redeemed_source = models.CharField(max_length=40, blank=True, default="")
    redeemed_for = models.CharField(_("redeemed for"), max_length=80, blank=True, default="")
    reserved_amount = models.BigIntegerField(default=0)
    discount_amount = models.BigIntegerField(_("took off"), default=0)
    ended_at = models.DateTimeField(_("ended"), null=True)
    end_reason = models.CharField(_("reason"), max_length=80, blank=True, default="")
    # A transfer makes this one void and gives the friend another.
    replaced_by_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [
            models.CheckConstraint(
                name="coupon_locked_for_somebody",
                condition=~models.Q(state="LOCKED")
                | models.Q(locked_until__isnull=False) & ~models.Q(locked_for=""),
            ),
            models.CheckConstraint(
                name="coupon_redeemed_at_once",
                condition=models.Q(state="REDEEMED", redeemed_at__isnull=False)
                | (~models.Q(state="REDEEMED") & models.Q(redeemed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="coupon_claimed_by_somebody",
                condition=~models.Q(state="CLAIMED") | models.Q(member__isnull=False),
            ),
            models.CheckConstraint(
                name="coupon_amounts_not_below_zero",
                condition=models.Q(reserved_amount__gte=0, discount_amount__gte=0),
            ),
        ]
        indexes = [
            models.Index(
                fields=["member", "expires_at"],
                name="coupon_usable",
                condition=models.Q(state__in=["CLAIMED", "LOCKED"]),
            ),
            models.Index(fields=["member", "-id"], name="coupon_of_member"),
            models.Index(
                fields=["expires_at"],
                name="coupon_ends",
                condition=models.Q(state__in=["ISSUED", "CLAIMED", "LOCKED"]),
            ),
            models.Index(
                fields=["locked_until"],
                name="coupon_locks",
                condition=models.Q(state="LOCKED"),
            ),
            models.Index(fields=["type", "state"], name="coupon_of_type"),
            models.Index(
                fields=["batch"], name="coupon_of_batch", condition=models.Q(batch__isnull=False)
            ),
            models.Index(
                fields=["order_id"],
                name="coupon_of_order",
                condition=models.Q(order_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        # Headings and logs show it; whoever has the whole code may use the coupon.
        return f"{self.code[:4]}…{self.code[-4:]}"


class CouponMove(models.Model):
    """What happened to a coupon, step by step. Never changed."""

    coupon_id = models.BigIntegerField()
    member_id = models.BigIntegerField(null=True)
    from_state = models.CharField(max_length=8, blank=True, default="")
    to_state = models.CharField(_("state"), max_length=8, choices=Coupon.State)
    reason = models.CharField(_("reason"), max_length=80, blank=True, default="")
    order_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    occurred_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("step of a coupon")
        verbose_name_plural = _("steps of coupons")
        indexes = [models.Index(fields=["coupon_id"], name="couponmove_coupon")]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
