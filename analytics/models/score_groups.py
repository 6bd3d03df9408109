"""Members alike in all scores and classes, and what they bought together; moves, counted."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.models.member_scores import ClassKind


class ScoreGroup(models.Model):
    """Members with the same scores, classes and health. Derived; the database itself adds it up
    from `member_score`, in the transaction that writes there (migrations/sql/score_groups.sql).

    Amounts are minor units. `buyers` have a paid order at all, `returning` two or more in 365
    days; `with_gap` have a median gap between purchase days, of them `overdue` are longer away.
    """

    r_score = models.SmallIntegerField(_("R"), null=True)
    f_score = models.SmallIntegerField(_("F"), null=True)
    m_score = models.SmallIntegerField(_("M"), null=True)
    rfm_4 = models.CharField(_("RFM, 4 classes"), max_length=20, blank=True)
    rfm_8 = models.CharField(_("RFM, 8 classes"), max_length=20, blank=True)
    rfm_10 = models.CharField(_("RFM, 10 segments"), max_length=20, blank=True)
    stage = models.CharField(_("life-cycle stage"), max_length=20, blank=True)
    value_class = models.CharField(_("value class"), max_length=20, blank=True)
    customer_class = models.CharField(_("customer class"), max_length=20, blank=True)
    health = models.DecimalField(_("health"), max_digits=5, decimal_places=2, null=True)
    members_count = models.IntegerField(_("members"))
    window_orders_count = models.BigIntegerField(_("paid orders in the window"))
    window_net_amount = models.BigIntegerField(_("net sales in the window"))
    year_orders_count = models.BigIntegerField(_("paid orders in 365 days"))
    year_net_amount = models.BigIntegerField(_("net sales in 365 days"))
    returning_count = models.IntegerField(_("with two orders or more in 365 days"))
    buyers_count = models.IntegerField(_("with a paid order"))
    recency_days = models.BigIntegerField(_("days since the last order, together"))
    with_gap_count = models.IntegerField(_("with a median gap"))
    overdue_count = models.IntegerField(_("away longer than their own gap"))

    class Meta:
        verbose_name = _("group of scores")
        verbose_name_plural = _("groups of scores")
        constraints = [
            models.UniqueConstraint(
                fields=[
                    *("r_score", "f_score", "m_score", "rfm_4", "rfm_8", "rfm_10"),
                    *("stage", "value_class", "customer_class", "health"),
                ],
                name="score_group_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="score_group_is_somebodys", condition=models.Q(members_count__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rfm_8} {self.stage}"


class ClassMove(models.Model):
    """Members who went from one class to another in a night; "" is none. Derived; the database
    itself counts it from `class_change`, in the transaction that writes there
    (migrations/sql/class_moves.sql)."""

    kind = models.CharField(_("kind"), max_length=8, choices=ClassKind)
    day = models.DateField(_("as of"))
    before = models.CharField(_("before"), max_length=20, blank=True)
    after = models.CharField(_("after"), max_length=20, blank=True)
    members_count = models.IntegerField(_("members"))

    class Meta:
        verbose_name = _("moves of a night")
        verbose_name_plural = _("moves of nights")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "day", "before", "after"], name="move_counted_once_a_day"
            ),
            models.CheckConstraint(
                name="move_is_somebodys", condition=models.Q(members_count__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.before} → {self.after} {self.day}"
