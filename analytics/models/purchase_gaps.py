"""How long members stayed away after a purchase day, counted."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# As long or longer, or never again by now: told apart only by asking the purchase days.
MOST_GAP_DAYS = 367


class PurchaseGap(models.Model):
    """Purchase days of one day, first ones and others apart, by the days until the same member's
    next one. Derived; the database itself counts it from `purchase_day`, in the transaction that
    writes there (migrations/sql/purchase_gaps.sql).

    `gap_days` is `MOST_GAP_DAYS` where it is as much or more, and where there is no next one.
    """

    day = models.DateField(_("day"))
    is_first = models.BooleanField(_("first purchase days"))
    gap_days = models.SmallIntegerField(_("days until the next one"))
    days_count = models.IntegerField(_("purchase days"))

    class Meta:
        verbose_name = _("gap between purchase days")
        verbose_name_plural = _("gaps between purchase days")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "is_first", "gap_days"], name="gap_counted_once"
            ),
            models.CheckConstraint(
                name="gap_is_somebodys",
                condition=models.Q(days_count__gt=0, gap_days__gte=1, gap_days__lte=MOST_GAP_DAYS),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} +{self.gap_days}"
