"""The months in which a member bought: what cohorts and the life cycle by month are read from."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MemberMonth(models.Model):
    """One calendar month with a paid order of a member. Derived; rebuilt from member days.

    Months are their first day. `cohort_month` is the month of the first paid order,
    `previous_month` the last one with a paid order before this one. Amounts are minor units.
    """

    member = models.ForeignKey(
        "members.Member",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    month = models.DateField(_("month"))
    cohort_month = models.DateField(_("cohort"))
    previous_month = models.DateField(_("month of buying before"), null=True)
    orders_count = models.IntegerField(_("paid orders"))
    purchase_days_count = models.IntegerField(_("purchase days"))
    net_amount = models.BigIntegerField(_("net sales"))

    class Meta:
        verbose_name = _("member month")
        verbose_name_plural = _("member months")
        constraints = [
            models.UniqueConstraint(fields=["member", "month"], name="member_month_once"),
            models.CheckConstraint(
                name="member_month_in_order",
                condition=models.Q(cohort_month__lte=models.F("month"))
                & (
                    models.Q(previous_month__isnull=True, cohort_month=models.F("month"))
                    | models.Q(
                        previous_month__lt=models.F("month"),
                        previous_month__gte=models.F("cohort_month"),
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.month:%Y-%m}"
