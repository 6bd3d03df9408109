"""Paid orders, as facts. A paid order is always recorded."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7


class Order(models.Model):
    """What a till sent, and what it earned. Written by the posting primitive only.

    Amounts are minor units. `net_amount` = Σ lines' net; `paid = net + shipping − rounding`;
    `eligible_amount` is the money that earns. The references carry no database constraint:
    a foreign key's check locks the store's row on every order (docs/decisions/0004).
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(_("number"), max_length=80)
    fingerprint = models.BinaryField(max_length=32)
    client_id = models.BigIntegerField(null=True)
    channel = models.ForeignKey(
        "members.Channel",
        on_delete=models.DO_NOTHING,
        verbose_name=_("channel"),
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    store = models.ForeignKey(
        "members.Store",
        on_delete=models.DO_NOTHING,
        verbose_name=_("store"),
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    member = models.ForeignKey(
        "members.Member",
        on_delete=models.DO_NOTHING,
        null=True,
        verbose_name=_("member"),
        db_constraint=False,
        db_index=False,
        related_name="orders",
    )
    cashier = models.CharField(_("cashier"), max_length=40, blank=True)
    guide = models.CharField(_("guide"), max_length=40, blank=True)
    occurred_at = models.DateTimeField(_("paid"))
    recorded_at = models.DateTimeField(_("recorded"))
    business_date = models.DateField(_("business day"))
    currency = models.CharField(_("currency"), max_length=3)

    gross_amount = models.BigIntegerField(_("gross"))
    discount_amount = models.BigIntegerField(_("discount"))
    net_amount = models.BigIntegerField(_("net"))
    shipping_amount = models.BigIntegerField(_("shipping"), default=0)
    rounding_amount = models.BigIntegerField(_("rounding"), default=0)
    money_amount = models.BigIntegerField(_("paid in money"))
    points_amount = models.BigIntegerField(_("paid with points"), default=0)
    other_amount = models.BigIntegerField(_("paid otherwise"), default=0)
    eligible_amount = models.BigIntegerField(_("earns points on"), default=0)
    payments = models.JSONField(_("payments"), default=list)

    earned_points = models.BigIntegerField(_("points earned"), default=0)
    spent_points = models.BigIntegerField(_("points spent"), default=0)
    refunded_amount = models.BigIntegerField(_("refunded"), default=0)
    refunded_money_amount = models.BigIntegerField(_("refunded in money"), default=0)
    refunded_shipping_amount = models.BigIntegerField(default=0)
    restored_points = models.BigIntegerField(_("points given back"), default=0)

    qualifying_points = models.BigIntegerField(_("qualifying points"), default=0)
    returned_qualifying_points = models.BigIntegerField(default=0)
    completed_at = models.DateTimeField(_("completed"), null=True)
    trace = models.JSONField(_("decision trace"), default=dict)
    answer = models.JSONField(default=dict)
    metadata = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="order_recorded_once"),
            models.CheckConstraint(
                name="order_adds_up",
                condition=models.Q(
                    money_amount=models.F("net_amount")
                    + models.F("shipping_amount")
                    - models.F("rounding_amount")
                    - models.F("points_amount")
                    - models.F("other_amount")
                ),
            ),
            models.CheckConstraint(
                name="order_refunded_within_bounds",
                condition=models.Q(
                    refunded_amount__gte=0,
                    refunded_amount__lte=models.F("net_amount") + models.F("shipping_amount"),
                    restored_points__gte=0,
                    restored_points__lte=models.F("spent_points"),
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["member", "business_date"], name="order_of_member"),
            BrinIndex(fields=["recorded_at"], name="order_recorded"),
            # Orders come in nearly by day: a month's are read without the others, at the price of
            # a few kilobytes and of nothing for the till.
            BrinIndex(
                fields=["business_date"],
                name="order_of_day",
                pages_per_range=32,
                autosummarize=True,
            ),
        ]

    def __str__(self) -> str:
        return self.external_id


class OrderLine(models.Model):
    """One line: what it cost, what of it was money, what it earned, what came back of it.

    `earned_points` (P) and `eligible_amount` (E) are the snapshot that refunds are judged by.
    """

    order = models.ForeignKey(
        "loyalty.Order",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="lines",
    )
    number = models.SmallIntegerField(_("no."))
    line_id = models.CharField(_("line"), max_length=40)
    product = models.ForeignKey(
        "loyalty.Product",
        on_delete=models.DO_NOTHING,
        verbose_name=_("product"),
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3)
    unit_price_amount = models.BigIntegerField(_("unit price"))
    discount_amount = models.BigIntegerField(_("discount"), default=0)
    net_amount = models.BigIntegerField(_("net"))
    money_amount = models.BigIntegerField(_("of it in money"))
    eligible_amount = models.BigIntegerField(_("earns points on"))
    earned_points = models.BigIntegerField(_("points"), default=0)
    # Its points by lot, in the order of the order's lots; null: all are in the first.
    lot_points = models.JSONField(null=True)
    refunded_quantity = models.DecimalField(max_digits=14, decimal_places=3, default=0)
    refunded_amount = models.BigIntegerField(_("refunded"), default=0)
    clawed_points = models.BigIntegerField(_("points taken back"), default=0)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.CheckConstraint(
                name="line_refunded_within_bounds",
                condition=models.Q(
                    refunded_amount__gte=0,
                    refunded_amount__lte=models.F("net_amount"),
                    clawed_points__gte=0,
                    clawed_points__lte=models.F("earned_points"),
                ),
            )
        ]

    def __str__(self) -> str:
        return self.line_id


class OrderBonus(models.Model):
    """A fixed bonus that an order earned beside its lines' points.

    `facts` is what the rule's condition saw; a refund judges it again on what is left.
    """

    order = models.ForeignKey(
        "loyalty.Order", on_delete=models.DO_NOTHING, db_constraint=False, related_name="bonuses"
    )
    number = models.SmallIntegerField(_("no."))
    rule_id = models.BigIntegerField()
    lot_number = models.SmallIntegerField(default=0)
    points = models.BigIntegerField(_("points"))
    clawed_points = models.BigIntegerField(_("points taken back"), default=0)
    on_return = models.CharField(max_length=9, default="REQUALIFY")
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("bonus")
        verbose_name_plural = _("bonuses")
        constraints = [
            models.CheckConstraint(
                name="bonus_taken_back_within_bounds",
                condition=models.Q(clawed_points__gte=0, clawed_points__lte=models.F("points")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.points:+d}"
