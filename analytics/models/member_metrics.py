"""What is so of a member's buying whatever the day: one row per member who ever paid an order."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MemberMetrics(models.Model):
    """Sums over a member's whole life, net of refunds. Derived; rebuilt from member days.

    Amounts are minor units. `gap_days` is the median of the days between purchase days, null
    below two of them; a half is possible.
    """

    member = models.OneToOneField(
        "members.Member",
        on_delete=models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,
        related_name="+",
    )
    first_day = models.DateField(_("first purchase day"))
    second_day = models.DateField(_("second purchase day"), null=True)
    last_day = models.DateField(_("last purchase day"))
    purchase_days_count = models.IntegerField(_("purchase days"))
    orders_count = models.IntegerField(_("paid orders"))
    net_amount = models.BigIntegerField(_("net sales"))
    gap_days = models.DecimalField(_("median gap, days"), max_digits=7, decimal_places=1, null=True)

    class Meta:
        verbose_name = _("metrics of a member")
        verbose_name_plural = _("metrics of members")

    def __str__(self) -> str:
        return f"{self.member_id}"
