"""The rewards catalogue (积分商城): what points, or points and cash, are exchanged for."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7
from members.models.naming import Named


class Reward(Named):
    """What members redeem. Its stock is a pool (`reward:<id>:count`); money is in minor units.

    The price of a redemption is that of the moment in which it was asked for.
    """

    class Kind(models.TextChoices):
        COUPON = "COUPON", _("Coupon")
        GOODS = "GOODS", _("Goods")
        SERVICE = "SERVICE", _("Service")
        EXPERIENCE = "EXPERIENCE", _("Experience")
        DONATION = "DONATION", _("Donation")

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        LIVE = "LIVE", _("Live")
        STOPPED = "STOPPED", _("Stopped")

    class Every(models.TextChoices):
        """The period for which a member's limit counts, on the programme's calendar."""

        NEVER = "NEVER", _("In all")
        DAY = "DAY", _("A day")
        MONTH = "MONTH", _("A month")
        YEAR = "YEAR", _("A year")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.DRAFT)
    description_zh = models.TextField(_("description in Chinese"), max_length=2_000, blank=True)
    description_en = models.TextField(_("description in English"), max_length=2_000, blank=True)
    image_url = models.URLField(_("picture, address"), max_length=300, blank=True)
    price_points = models.PositiveIntegerField(
        _("price in points"), validators=[MinValueValidator(1)]
    )
    price_amount = models.BigIntegerField(
        _("and in money"), default=0, help_text=_("In minor units. 0: points alone.")
    )
    coupon_type = models.ForeignKey(
        "loyalty.CouponType",
        verbose_name=_("coupon type"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rewards",
    )
    sku = models.CharField(_("SKU"), max_length=64, blank=True)
    stock_count = models.PositiveIntegerField(
        _("pieces at most"), null=True, blank=True, help_text=_("Empty: without an end.")
    )
    limit_member = models.PositiveIntegerField(_("per member"), null=True, blank=True)
    limit_every = models.CharField(
        _("limit counts"), max_length=5, choices=Every, default=Every.NEVER
    )
    valid_from = models.DateTimeField(_("from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("until"), null=True, blank=True)
    pickup_days = models.PositiveSmallIntegerField(
        _("kept for pick-up, days"), default=30, validators=[MinValueValidator(1)]
    )
    payment_minutes = models.PositiveSmallIntegerField(
        _("time to pay, minutes"), default=30, validators=[MinValueValidator(1)]
    )
    returns_points = models.BooleanField(
        _("points come back when nobody picks it up"), default=True
    )
    stores = models.ManyToManyField(
        "members.Store",
        verbose_name=_("picked up in"),
        blank=True,
        related_name="+",
        help_text=_("Empty: in all stores."),
    )
    position = models.PositiveSmallIntegerField(_("place in the catalogue"), default=100)
    created_at = models.DateTimeField(_("created"), null=True, editable=False)

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        constraints = [
            models.CheckConstraint(
                name="reward_price_makes_sense",
                condition=models.Q(price_points__gte=1, price_amount__gte=0),
            ),
            models.CheckConstraint(
                name="reward_coupon_names_its_type",
                condition=~models.Q(kind="COUPON") | models.Q(coupon_type__isnull=False),
            ),
            models.CheckConstraint(
                name="reward_ends_after_it_begins",
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gt=models.F("valid_from")),
            ),
        ]


class RewardTier(models.Model):
    """Members of which tier may have a reward, and how many. A reward without such rows is for
    everybody."""

    reward = models.ForeignKey("loyalty.Reward", on_delete=models.CASCADE, related_name="tiers")
    tier = models.ForeignKey(
        "loyalty.Tier", verbose_name=_("tier"), on_delete=models.PROTECT, related_name="+"
    )
    limit_member = models.PositiveIntegerField(
        _("per member"), null=True, blank=True, help_text=_("Empty: as the reward says.")
    )
    price_points = models.PositiveIntegerField(
        _("price in points"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: as the reward says."),
    )

    class Meta:
        verbose_name = _("tier of a reward")
        verbose_name_plural = _("tiers of a reward")
        constraints = [
            models.UniqueConstraint(fields=["reward", "tier"], name="reward_tier_once"),
            models.CheckConstraint(
                name="reward_tier_price_makes_sense",
                condition=models.Q(price_points__isnull=True) | models.Q(price_points__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reward_id}/{self.tier_id}"
