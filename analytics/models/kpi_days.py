"""What a day brought, per store and channel: what dashboards draw their trends from."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class KpiDay(models.Model):
    """Sums of one day, store and channel. Derived; rebuilt from member days and members.

    Amounts are minor units, net of refunds, a refund on the day of its order. Members that joined
    count on the programme's day, at the store and in the channel of their registration. Sums add
    up over rows; `buyers_count` doesn't: one member may buy in two stores.
    """

    day = models.DateField(_("day"))
    store = models.ForeignKey(
        "members.Store",
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    channel = models.ForeignKey(
        "members.Channel",
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    orders_count = models.IntegerField(_("paid orders"), default=0)
    gross_amount = models.BigIntegerField(_("sales before refunds"), default=0)
    net_amount = models.BigIntegerField(_("net sales"), default=0)
    member_orders_count = models.IntegerField(_("paid orders of members"), default=0)
    member_net_amount = models.BigIntegerField(_("net sales to members"), default=0)
    buyers_count = models.IntegerField(_("buying members"), default=0)
    joined_count = models.IntegerField(_("new members"), default=0)
    first_orders_count = models.IntegerField(_("first orders of members"), default=0)
    earned_points = models.BigIntegerField(_("points earned by orders"), default=0)
    spent_points = models.BigIntegerField(_("points spent on orders"), default=0)

    class Meta:
        verbose_name = _("day's figures")
        verbose_name_plural = _("days' figures")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "store", "channel"], name="kpi_day_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class PointsDay(models.Model):
    """Points moved on one day of the programme, by kind of entry and reason. Derived from the
    ledger; `points` are signed as in the entries."""

    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=12)
    reason = models.CharField(_("reason"), max_length=40)
    points = models.BigIntegerField(_("points"))
    entries_count = models.IntegerField(_("entries"))

    class Meta:
        verbose_name = _("day's points")
        verbose_name_plural = _("days' points")
        constraints = [
            models.UniqueConstraint(fields=["day", "kind", "reason"], name="points_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"
