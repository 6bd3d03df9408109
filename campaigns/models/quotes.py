"""What carts were promised and what became of it: locks before payment, uses with the order."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7


class QuoteLock(models.Model):
    """A quote made firm for an order that is about to be paid: coupons locked, budgets and limits
    reserved, points held, all or nothing. Written behind its row lock.

    `promise` is what the quote's token says, with what was reserved.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", _("Open")
        COMMITTED = "COMMITTED", _("Committed")
        RELEASED = "RELEASED", _("Released")
        EXPIRED = "EXPIRED", _("Expired")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.CharField(_("source"), max_length=40)
    # The number that the order will have.
    external_id = models.CharField(_("number"), max_length=80)
    fingerprint = models.BinaryField(max_length=32)
    member_id = models.BigIntegerField(null=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    promise = models.JSONField(default=dict)
    points_hold_uid = models.UUIDField(null=True)
    order_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(_("since"))
    expires_at = models.DateTimeField(_("until"))
    resolved_at = models.DateTimeField(_("resolved"), null=True)

    class Meta:
        verbose_name = _("quote lock")
        verbose_name_plural = _("quote locks")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                name="quote_lock_open_once",
                condition=models.Q(state="OPEN"),
            ),
            models.CheckConstraint(
                name="quote_lock_resolved_once",
                condition=models.Q(state="OPEN", resolved_at__isnull=True)
                | (~models.Q(state="OPEN") & models.Q(resolved_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], name="quote_lock_ends", condition=models.Q(state="OPEN")
            ),
            models.Index(fields=["source", "external_id"], name="quote_lock_number"),
        ]

    def __str__(self) -> str:
        return f"{self.external_id} {self.state}"


class OfferUse(models.Model):
    """An offer that lowered an order, or is reserved for one. `amount` is what it took off;
    `line_amounts` how much of it on which line, by line id; `returned_amount` what refunds gave
    back to its budget. REFUSED: the order got it, but budget or limit were used up."""

    class State(models.TextChoices):
        RESERVED = "RESERVED", _("Reserved")
        COMMITTED = "COMMITTED", _("Used")
        REFUSED = "REFUSED", _("Given without cover")
        RELEASED = "RELEASED", _("Released")
        RETURNED = "RETURNED", _("Given back")

    offer = models.ForeignKey(
        "campaigns.Offer",
        verbose_name=_("offer"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="uses",
    )
    code = models.CharField(_("code"), max_length=40)
    state = models.CharField(_("state"), max_length=9, choices=State)
    lock_id = models.BigIntegerField(null=True)
    order_id = models.BigIntegerField(null=True)
    member_id = models.BigIntegerField(null=True)
    holder = models.CharField(max_length=80, blank=True, default="")
    used_on = models.DateField(_("day"))
    amount = models.BigIntegerField(_("took off"), default=0)
    returned_amount = models.BigIntegerField(_("given back"), default=0)
    line_amounts = models.JSONField(default=dict)
    # Coupons that it gave: ids, to be voided when the order comes back.
    coupon_ids = models.JSONField(default=list)
    refused_code = models.CharField(max_length=24, blank=True, default="")
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("use of an offer")
        verbose_name_plural = _("uses of offers")
        constraints = [
            models.UniqueConstraint(
                fields=["order_id", "code"],
                name="offer_used_once_by_an_order",
                condition=models.Q(order_id__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["lock_id", "code"],
                name="offer_reserved_once_by_a_lock",
                condition=models.Q(lock_id__isnull=False),
            ),
            models.CheckConstraint(
                name="offer_use_returned_within_bounds",
                condition=models.Q(
                    amount__gte=0,
                    returned_amount__gte=0,
                    returned_amount__lte=models.F("amount"),
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["member_id", "-id"], name="offeruse_member"),
            models.Index(fields=["code", "used_on"], name="offeruse_offer"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.amount}"


class OrderQuote(models.Model):
    """The promise that an order was sold by: its cart, what applied to which line, in which way
    a refund is worked out. Never changed."""

    order_id = models.BigIntegerField(unique=True)
    member_id = models.BigIntegerField(null=True)
    promise = models.JSONField(default=dict)
    refund_method = models.CharField(max_length=11)
    lock_id = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("quote of an order")
        verbose_name_plural = _("quotes of orders")

    def __str__(self) -> str:
        return str(self.order_id)
