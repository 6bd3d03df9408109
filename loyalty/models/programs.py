"""The programme: currency, zone, what a point is worth, how long it lives."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.naming import Named


class Program(Named):
    """The settings of the loyalty programme. One row is in force: `is_current`.

    Money is in minor units of `currency`; days and months are counted in `time_zone`.
    """

    class Validity(models.TextChoices):
        NEVER = "NEVER", _("Never expire")
        DAYS = "DAYS", _("Days from activation")
        MONTHS = "MONTHS", _("Months from activation")

    class Uncollected(models.TextChoices):
        DEBT = "DEBT", _("Becomes a debt")
        WITHIN_BALANCE = "WITHIN_BALANCE", _("Take what there is")
        ONLY_PENDING = "ONLY_PENDING", _("Only pending points")

    class Window(models.TextChoices):
        ROLLING_MONTHS = "ROLLING_MONTHS", _("Rolling months")
        CALENDAR_YEAR = "CALENDAR_YEAR", _("Calendar year")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    is_current = models.BooleanField(_("in force"), default=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Asia/Shanghai")

    redeem_points = models.PositiveIntegerField(
        _("points per unit redeemed"),
        default=100,
        help_text=_("So many points pay for the amount below; 100 points = 1 yuan by default."),
    )
    redeem_amount = models.PositiveIntegerField(
        _("amount per unit redeemed"), default=100, help_text=_("In minor units (fen, cents).")
    )
    pending_days = models.PositiveSmallIntegerField(
        _("pending days"),
        default=0,
        help_text=_("Points can be used from the start of the day so many days after the order."),
    )
    validity = models.CharField(
        _("validity"), max_length=8, choices=Validity, default=Validity.MONTHS
    )
    validity_count = models.PositiveSmallIntegerField(_("validity, count"), default=12)
    uncollected = models.CharField(
        _("points that a refund can't take back"),
        max_length=16,
        choices=Uncollected,
        default=Uncollected.DEBT,
    )
    tier_window = models.CharField(
        _("tier window"), max_length=16, choices=Window, default=Window.ROLLING_MONTHS
    )
    tier_window_months = models.PositiveSmallIntegerField(_("tier window, months"), default=12)
    tier_term_months = models.PositiveSmallIntegerField(_("tier term, months"), default=12)
    breakage_percent = models.PositiveSmallIntegerField(
        _("expected breakage, %"),
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("The share of outstanding points that will never be used; lowers liability."),
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"],
                name="one_program_in_force",
                condition=models.Q(is_current=True),
            ),
            models.CheckConstraint(
                name="points_have_a_price",
                condition=models.Q(redeem_points__gt=0, redeem_amount__gt=0),
            ),
        ]
