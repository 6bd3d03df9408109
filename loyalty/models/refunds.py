"""Refunds: what came back of an order, in value, money and points."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7


class Refund(models.Model):
    """One refund. `value_amount` counts the part that had been paid with points as well;
    `money_amount` is what of it goes back as money."""

    class State(models.TextChoices):
        APPLIED = "APPLIED", _("Applied")
        PARKED = "PARKED", _("Waiting for its order")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(_("number"), max_length=80)
    fingerprint = models.BinaryField(max_length=32)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.APPLIED)
    order = models.ForeignKey(
        "loyalty.Order",
        verbose_name=_("order"),
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="refunds",
    )
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="refunds",
    )
    order_external_id = models.CharField(_("order number"), max_length=80, blank=True)
    occurred_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"))
    business_date = models.DateField(_("business day"))
    value_amount = models.BigIntegerField(_("value"))
    money_amount = models.BigIntegerField(_("back in money"), default=0)
    shipping_amount = models.BigIntegerField(_("shipping"), default=0)
    restored_points = models.BigIntegerField(_("points given back"), default=0)
    restored_expired_points = models.BigIntegerField(_("of them expired"), default=0)
    clawed_points = models.BigIntegerField(_("points taken back"), default=0)
    absorbed_points = models.BigIntegerField(_("covered by expired points"), default=0)
    debt_points = models.BigIntegerField(_("debt"), default=0)
    uncollected_points = models.BigIntegerField(_("not collected"), default=0)
    reason = models.CharField(_("reason"), max_length=80, blank=True)
    actor_id = models.BigIntegerField(null=True)
    request = models.JSONField(default=dict)
    answer = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="refund_recorded_once"),
            models.CheckConstraint(
                name="applied_refund_has_an_order",
                condition=models.Q(state="PARKED") | models.Q(order__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["source", "order_external_id"],
                name="refund_waits_for_order",
                condition=models.Q(state="PARKED", order__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.external_id


class RefundLine(models.Model):
    """What of one order line came back with one refund."""

    refund = models.ForeignKey(
        "loyalty.Refund", on_delete=models.DO_NOTHING, db_constraint=False, related_name="lines"
    )
    order_line_id = models.BigIntegerField()
    quantity = models.DecimalField(max_digits=14, decimal_places=3, default=0)
    value_amount = models.BigIntegerField()
    money_amount = models.BigIntegerField()
    clawed_points = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("refund line")
        verbose_name_plural = _("refund lines")

    def __str__(self) -> str:
        return f"{self.value_amount}"
