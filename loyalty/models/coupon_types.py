"""Coupon types: what a coupon is worth, where, until when, and how many there may be."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty.models.stacking import Stacking
from members.ids import uuid7
from members.models.naming import Named


class CouponType(Named):
    """What the coupons of a type do. Money is in minor units of the programme's currency, parts
    of a hundred in basis points (2000 = 20 % off = 8折).

    Once it is live what decides a coupon's worth is never changed: coupons are in people's
    hands. Names, stock and budget may be; another worth is another type.
    """

    class Kind(models.TextChoices):
        MONEY_OFF = "MONEY_OFF", _("Money off")
        PERCENT_OFF = "PERCENT_OFF", _("Percent off")
        GIFT = "GIFT", _("Gift")
        FREE_SHIPPING = "FREE_SHIPPING", _("Free shipping")
        EXCHANGE = "EXCHANGE", _("Exchange for a product")
        MULTIPLIER = "MULTIPLIER", _("Multiplies points")

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        LIVE = "LIVE", _("Live")
        STOPPED = "STOPPED", _("Stopped")

    class Validity(models.TextChoices):
        FIXED = "FIXED", _("Between two instants")
        DAYS = "DAYS", _("So many days from the day after the claim")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=13, choices=Kind, default=Kind.MONEY_OFF)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.DRAFT)

    amount = models.BigIntegerField(
        _("amount"),
        default=0,
        help_text=_("Money off, or what an exchanged piece still costs; in minor units."),
    )
    off_basis_points = models.PositiveIntegerField(
        _("off, basis points"),
        default=0,
        validators=[MaxValueValidator(10_000)],
        help_text=_("2000 takes 20 % off."),
    )
    cap_amount = models.BigIntegerField(
        _("at most"), null=True, blank=True, help_text=_("Caps percent off; in minor units.")
    )
    multiplier_percent = models.PositiveIntegerField(
        _("times, %"), default=100, help_text=_("200 doubles the points.")
    )
    gift_sku = models.CharField(_("gift, SKU"), max_length=64, blank=True)
    quantity = models.PositiveSmallIntegerField(
        _("pieces"), default=1, help_text=_("Pieces given, or exchanged at most.")
    )
    min_spend_amount = models.BigIntegerField(
        _("from a spend of"), default=0, help_text=_("On the lines in its scope, minor units.")
    )
    condition = models.JSONField(
        _("scope"), default=dict, blank=True, help_text=_("Empty: every product and order.")
    )
    stores = models.ManyToManyField(
        "members.Store",
        verbose_name=_("valid in"),
        blank=True,
        related_name="+",
        help_text=_("Empty: in all stores."),
    )
    stacking = models.CharField(
        _("goes together"), max_length=9, choices=Stacking, default=Stacking.STACKABLE
    )
    stacking_group = models.SlugField(_("group"), max_length=40, blank=True)

    validity = models.CharField(
        _("validity"), max_length=5, choices=Validity, default=Validity.FIXED
    )
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    valid_days = models.PositiveSmallIntegerField(
        _("valid, days"), default=0, help_text=_("From the day after it is claimed.")
    )
    starts_at_once = models.BooleanField(
        _("usable on the day of the claim"),
        default=False,
        help_text=_("Otherwise from the day after; it ends on the same day either way."),
    )
    claim_from = models.DateTimeField(_("claimed from"), null=True, blank=True)
    claim_until = models.DateTimeField(_("claimed until"), null=True, blank=True)

    public_code = models.CharField(
        _("public code"),
        max_length=24,
        null=True,
        blank=True,
        unique=True,
        help_text=_("One code for everybody, such as WELCOME10. Empty: personal codes only."),
    )
    is_claimable = models.BooleanField(_("members may claim it"), default=False)
    is_transferable = models.BooleanField(_("may be given to a friend"), default=False)
    returns_on_refund = models.BooleanField(_("comes back with a full refund"), default=True)
    stock_count = models.BigIntegerField(
        _("coupons at most"), null=True, blank=True, validators=[MinValueValidator(0)]
    )
    budget_amount = models.BigIntegerField(
        _("budget"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Each coupon reserves what it may cost at most; in minor units."),
    )
    limit_member = models.PositiveIntegerField(_("per member"), null=True, blank=True, default=1)
    limit_member_day = models.PositiveIntegerField(_("per member and day"), null=True, blank=True)
    lock_minutes = models.PositiveSmallIntegerField(
        _("a lock lasts, minutes"),
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(1_440)],
    )
    created_at = models.DateTimeField(_("created"), null=True, editable=False)
    # Late orders of before are honored.
    stopped_at = models.DateTimeField(_("stopped"), null=True, editable=False)

    class Meta:
        verbose_name = _("coupon type")
        verbose_name_plural = _("coupon types")
        constraints = [
            models.CheckConstraint(
                name="coupon_type_amounts_make_sense",
                condition=models.Q(
                    amount__gte=0,
                    off_basis_points__lte=10_000,
                    min_spend_amount__gte=0,
                    quantity__gte=1,
                ),
            ),
            models.CheckConstraint(
                name="coupon_type_limits_not_below_zero",
                condition=(models.Q(stock_count__isnull=True) | models.Q(stock_count__gte=0))
                & (models.Q(budget_amount__isnull=True) | models.Q(budget_amount__gte=0))
                & (models.Q(cap_amount__isnull=True) | models.Q(cap_amount__gte=0)),
            ),
            models.CheckConstraint(
                name="coupon_type_best_of_a_group",
                condition=~models.Q(stacking="BEST_OF") | ~models.Q(stacking_group=""),
            ),
        ]
