"""The numbers behind classes and measures, all of them the operator's."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

_DAYS = [MinValueValidator(1), MaxValueValidator(3650)]


class AnalyticsPolicy(models.Model):
    """One row, or none: then the defaults hold. Amounts are minor units."""

    class Method(models.TextChoices):
        RANK = "RANK", _("By rank; ties share a score")
        NTILE = "NTILE", _("Fifths of equal size; ties go by member")
        FIXED = "FIXED", _("Cuts set by hand")
        MEAN = "MEAN", _("Above or below the mean")

    rfm_window_days = models.PositiveSmallIntegerField(
        _("window of RFM, days"), default=365, validators=_DAYS
    )
    rfm_method = models.CharField(
        _("scores of RFM"), max_length=5, choices=Method, default=Method.RANK
    )
    # {"r": [a, b, c, d], "f": […], "m": […]}, ascending; only for cuts set by hand.
    rfm_cuts = models.JSONField(_("cuts"), default=dict, blank=True)

    active_days = models.PositiveSmallIntegerField(_("active until, days"), default=30)
    warm_days = models.PositiveSmallIntegerField(_("warm until, days"), default=60)
    dormant_days = models.PositiveSmallIntegerField(_("dormant until, days"), default=90)

    mature_orders_count = models.PositiveSmallIntegerField(
        _("mature from, paid orders in 365 days"), default=5
    )
    decline_days = models.PositiveSmallIntegerField(_("declining after, days"), default=90)
    lost_days = models.PositiveSmallIntegerField(_("lost after, days"), default=180)
    gap_factor = models.PositiveSmallIntegerField(
        _("declining after, times the own gap"), default=3
    )
    gap_floor_days = models.PositiveSmallIntegerField(_("own gap at least, days"), default=7)
    gap_from_days_count = models.PositiveSmallIntegerField(
        _("own gap from, purchase days"), default=3
    )

    value_high_amount = models.BigIntegerField(_("high value from, a year"), default=1_000_000)
    value_high_repeats = models.PositiveSmallIntegerField(
        _("high value from, repeat orders"), default=5
    )
    value_basic_amount = models.BigIntegerField(_("basic value below, a year"), default=300_000)
    value_basic_repeats = models.PositiveSmallIntegerField(
        _("basic value up to, repeat orders"), default=1
    )

    loyal_orders_count = models.PositiveSmallIntegerField(
        _("loyal from, orders in 365 days"), default=5
    )
    loyal_days = models.PositiveSmallIntegerField(_("loyal within, days"), default=60)
    lost_orders_count = models.PositiveSmallIntegerField(_("lost customer from, orders"), default=3)
    lost_customer_days = models.PositiveSmallIntegerField(
        _("lost customer after, days"), default=180
    )

    # Of 100 together.
    health_r_percent = models.PositiveSmallIntegerField(_("weight of R, %"), default=30)
    health_f_percent = models.PositiveSmallIntegerField(_("weight of F, %"), default=25)
    health_m_percent = models.PositiveSmallIntegerField(_("weight of M, %"), default=20)
    health_engagement_percent = models.PositiveSmallIntegerField(
        _("weight of engagement, %"), default=15
    )
    health_service_percent = models.PositiveSmallIntegerField(_("weight of service, %"), default=10)
    health_warning = models.PositiveSmallIntegerField(_("warning below"), default=30)
    engagement_days = models.PositiveSmallIntegerField(
        _("engagement counts, days"), default=90, validators=_DAYS
    )
    # Four ascending counts of active days; empty: 1, 3, 6, 12.
    engagement_cuts = models.JSONField(_("engagement rises at"), default=list, blank=True)
    service_days = models.PositiveSmallIntegerField(
        _("service counts, days"), default=365, validators=_DAYS
    )

    bounce_days = models.PositiveSmallIntegerField(_("bounced after, days"), default=90)
    # Parts of a whole: 0.2 of the sales are margin.
    margin_percent = models.DecimalField(
        _("margin of sales, %"), max_digits=5, decimal_places=2, default=20
    )

    class Meta:
        verbose_name = _("cuts and weights")
        verbose_name_plural = _("cuts and weights")
        permissions = [("view_dashboards", _("Can see the dashboards"))]
        constraints = [
            models.CheckConstraint(name="one_analytics_policy", condition=models.Q(pk=1)),
            models.CheckConstraint(
                name="analytics_days_ascend",
                condition=models.Q(
                    active_days__lt=models.F("warm_days"),
                    warm_days__lt=models.F("dormant_days"),
                    decline_days__lt=models.F("lost_days"),
                ),
            ),
            models.CheckConstraint(
                name="value_classes_in_order",
                condition=models.Q(
                    value_basic_amount__gte=0,
                    value_basic_amount__lte=models.F("value_high_amount"),
                    value_basic_repeats__lte=models.F("value_high_repeats"),
                ),
            ),
            models.CheckConstraint(
                name="health_warns_within_bounds", condition=models.Q(health_warning__lte=100)
            ),
            models.CheckConstraint(
                name="health_weights_are_a_whole",
                condition=models.Q(
                    health_r_percent=100
                    - models.F("health_f_percent")
                    - models.F("health_m_percent")
                    - models.F("health_engagement_percent")
                    - models.F("health_service_percent")
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
