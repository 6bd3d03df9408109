"""A member's orders of one day, per channel and store: what dashboards read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MemberDay(models.Model):
    """Roll-up of orders by business day, net of refunds. Derived; rebuilt from orders.

    Amounts are minor units. A row without a member counts the sales to non-members. An order
    counts as paid while its net sales are above zero.
    """

    member = models.ForeignKey(
        "members.Member",
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="days",
    )
    day = models.DateField(_("day"))
    channel = models.ForeignKey(
        "members.Channel", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    store = models.ForeignKey(
        "members.Store",
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
    )
    orders_count = models.IntegerField(_("paid orders"))
    gross_amount = models.BigIntegerField(_("sales before refunds"))
    net_amount = models.BigIntegerField(_("net sales"))
    earned_points = models.BigIntegerField(_("points earned"))
    spent_points = models.BigIntegerField(_("points spent"))

    class Meta:
        verbose_name = _("member day")
        verbose_name_plural = _("member days")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "member", "channel", "store"],
                name="member_day_once",
                nulls_distinct=False,
                # Who bought in a span of days, and how often, is read from the index alone.
                include=["orders_count", "net_amount"],
            )
        ]
        # A member's days in their order, narrowed by place, from the index alone.
        indexes = [
            models.Index(
                fields=["member", "day"],
                include=["channel", "store", "orders_count", "net_amount"],
                name="member_days_of_member",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.day}"
