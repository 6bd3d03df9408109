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
        FIXED_DATES = "FIXED_DATES", _("Until the next of fixed dates")

    class Rounding(models.TextChoices):
        NONE = "NONE", _("To the day")
        MONTH = "MONTH", _("To the end of the month")
        QUARTER = "QUARTER", _("To the end of the quarter")
        HALF_YEAR = "HALF_YEAR", _("To the end of the half-year")
        YEAR = "YEAR", _("To the end of the year")

    class PendingUntil(models.TextChoices):
        DAYS = "DAYS", _("So many days after the order")
        COMPLETION = "COMPLETION", _("The order is completed")

    class TierDowngrade(models.TextChoices):
        FULL = "FULL", _("To what the figures say")
        ONE_STEP = "ONE_STEP", _("One tier at a time")

    class Uncollected(models.TextChoices):
        DEBT = "DEBT", _("Becomes a debt")
        WITHIN_BALANCE = "WITHIN_BALANCE", _("Take what there is")
        ONLY_PENDING = "ONLY_PENDING", _("Only pending points")

    class PercentBase(models.TextChoices):
        RUNNING = "RUNNING", _("What is left after the discounts before")
        INITIAL = "INITIAL", _("The amount before any discount")

    class RefundMethod(models.TextChoices):
        PRORATA = "PRORATA", _("By what each line was paid")
        RECALCULATE = "RECALCULATE", _("The rest is judged again")

    class Window(models.TextChoices):
        ROLLING_MONTHS = "ROLLING_MONTHS", _("Rolling months")
        CALENDAR_YEAR = "CALENDAR_YEAR", _("Calendar year")
        MEMBERSHIP_YEAR = "MEMBERSHIP_YEAR", _("Membership year")

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
    pending_until = models.CharField(
        _("points are pending until"),
        max_length=10,
        choices=PendingUntil,
        default=PendingUntil.DAYS,
        help_text=_("Completion is told by the channel: delivered, or past its return period."),
    )
    validity = models.CharField(
        _("validity"), max_length=11, choices=Validity, default=Validity.MONTHS
    )
    validity_count = models.PositiveSmallIntegerField(_("validity, count"), default=12)
    validity_rounding = models.CharField(
        _("validity, rounded up"), max_length=9, choices=Rounding, default=Rounding.NONE
    )
    validity_dates = models.JSONField(
        _("fixed dates"),
        default=list,
        blank=True,
        help_text=_("Last days of points, as month-day: 06-30, 12-31."),
    )
    validity_slides = models.BooleanField(
        _("validity begins anew with activity"),
        default=False,
        help_text=_("Each earning and each redemption gives all usable points their full life."),
    )
    restore_grace_days = models.PositiveSmallIntegerField(
        _("grace for points given back, days"),
        default=0,
        help_text=_("Points that lapsed before a refund gave them back live so much longer."),
    )
    lapse_notice_days = models.PositiveSmallIntegerField(
        _("reminder before points lapse, days"),
        default=30,
        validators=[MaxValueValidator(366)],
        help_text=_("Told once for each month in which points lapse; 0: never."),
    )
    uncollected = models.CharField(
        _("points that a refund can't take back"),
        max_length=16,
        choices=Uncollected,
        default=Uncollected.DEBT,
    )
    hold_minutes = models.PositiveIntegerField(
        _("holds last, minutes"),
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(10_080)],
    )
    transfers_allowed = models.BooleanField(_("members may transfer points"), default=False)
    transfer_day_points = models.PositiveIntegerField(
        _("transfers a day, points at most"), null=True, blank=True
    )
    cap_order_points = models.PositiveIntegerField(_("cap per order"), null=True, blank=True)
    cap_day_points = models.PositiveIntegerField(_("cap per day"), null=True, blank=True)
    cap_month_points = models.PositiveIntegerField(_("cap per month"), null=True, blank=True)
    cap_member_points = models.PositiveIntegerField(_("cap per member"), null=True, blank=True)
    tier_group = models.ForeignKey(
        "loyalty.StackingGroup",
        verbose_name=_("stacking group of the tier coefficient"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: the coefficient multiplies whatever the rules give."),
    )
    qualifying_points = models.PositiveIntegerField(
        _("qualifying points"),
        default=0,
        help_text=_("Growth value per amount below; never spent. 0: not used."),
    )
    qualifying_per_amount = models.PositiveIntegerField(
        _("qualifying points per amount"), default=100
    )
    birthday_notice_days = models.PositiveSmallIntegerField(
        _("birthday known for, days"),
        default=30,
        help_text=_("A birthday entered later than so many days before it counts from next year."),
    )
    tier_window = models.CharField(
        _("tier window"), max_length=16, choices=Window, default=Window.ROLLING_MONTHS
    )
    tier_window_months = models.PositiveSmallIntegerField(_("tier window, months"), default=12)
    tier_term_months = models.PositiveSmallIntegerField(_("tier term, months"), default=12)
    tier_grace_days = models.PositiveSmallIntegerField(_("grace after a term, days"), default=0)
    tier_downgrade = models.CharField(
        _("after a term a member falls"),
        max_length=8,
        choices=TierDowngrade,
        default=TierDowngrade.FULL,
    )
    downgrade_on_return = models.BooleanField(
        _("a return may lower the tier at once"), default=False
    )
    percent_base = models.CharField(
        _("percentages are taken of"),
        max_length=7,
        choices=PercentBase,
        default=PercentBase.RUNNING,
    )
    refund_method = models.CharField(
        _("a return gives back"),
        max_length=11,
        choices=RefundMethod,
        default=RefundMethod.PRORATA,
        help_text=_(
            "Where the till doesn't name an amount. Judged again: who falls below a threshold "
            "gives the discount back."
        ),
    )
    quote_minutes = models.PositiveSmallIntegerField(
        _("a quote holds, minutes"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(1_440)],
    )
    redeem_max_percent = models.PositiveSmallIntegerField(
        _("points pay at most, %"),
        default=100,
        validators=[MaxValueValidator(100)],
        help_text=_("Of what an order costs after discounts, freight not counted."),
    )
    breakage_percent = models.PositiveSmallIntegerField(
        _("expected breakage, %"),
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("The share of outstanding points that will never be used; lowers liability."),
    )
    benefit_notice_months = models.PositiveSmallIntegerField(
        _("reminder before benefits end, months"),
        default=1,
        validators=[MaxValueValidator(12)],
        help_text=_("Of what was given or claimed, and of tiers with benefits; 0: never."),
    )
    benefit_rating_low = models.PositiveSmallIntegerField(
        _("a benefit needs work under a rating of"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text=_("The mean of its ratings from 1 to 10."),
    )
    benefit_ratings_least = models.PositiveSmallIntegerField(
        _("ratings that a mean needs"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(1_000)],
        help_text=_("With fewer of them nothing is flagged."),
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
                condition=models.Q(
                    redeem_points__gt=0, redeem_amount__gt=0, qualifying_per_amount__gt=0
                ),
            ),
        ]
