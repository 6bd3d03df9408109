"""How many members of a cohort bought in a month."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CohortMonth(models.Model):
    """Members by the month of their first paid order, for each month in which they bought.
    Derived; the database itself counts it from `member_month`, in the transaction that writes
    there (migrations/sql/cohort_months.sql).

    Months are their first day; `is_returning`: they bought in the month before, too.
    """

    cohort_month = models.DateField(_("cohort"))
    month = models.DateField(_("month"))
    is_returning = models.BooleanField(_("bought in the month before"))
    members_count = models.IntegerField(_("members"))

    class Meta:
        verbose_name = _("month of a cohort")
        verbose_name_plural = _("months of cohorts")
        constraints = [
            models.UniqueConstraint(
                fields=["cohort_month", "month", "is_returning"], name="cohort_counted_once"
            ),
            models.CheckConstraint(
                name="cohort_is_somebodys", condition=models.Q(members_count__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_month:%Y-%m} {self.month:%Y-%m}"
