"""The days on which a member bought, each with the one before and the one after."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PurchaseDay(models.Model):
    """One (member, local day) with a paid order: two orders on one day are no repurchase.

    Derived; rebuilt from member days. A first purchase day has no `previous_day`, the last one
    no `next_day`. Amounts are minor units.
    """

    member = models.ForeignKey(
        "members.Member",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    day = models.DateField(_("day"))
    previous_day = models.DateField(_("purchase day before"), null=True)
    next_day = models.DateField(_("purchase day after"), null=True)
    orders_count = models.IntegerField(_("paid orders"))
    net_amount = models.BigIntegerField(_("net sales"))

    class Meta:
        verbose_name = _("purchase day")
        verbose_name_plural = _("purchase days")
        constraints = [
            models.UniqueConstraint(fields=["member", "day"], name="purchase_day_once"),
            models.CheckConstraint(
                name="purchase_days_in_order",
                condition=(
                    models.Q(previous_day__isnull=True) | models.Q(previous_day__lt=models.F("day"))
                )
                & (models.Q(next_day__isnull=True) | models.Q(next_day__gt=models.F("day"))),
            ),
        ]
        indexes = [
            # Who bought in a span of days, and whether they came back within it: nothing is
            # grouped, and no other row is read.
            models.Index(
                fields=["day"],
                include=["member", "previous_day", "next_day", "orders_count"],
                name="purchase_days_of_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.day}"
