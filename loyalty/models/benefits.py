"""Benefits (权益): what membership brings beside points, for whom, and how often."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7
from members.models.naming import Named


class Benefit(Named):
    """What is promised. Who has it is told by its rules (tier, tag, everyone) at the moment of
    asking, and by grants by hand; nothing is handed out by night to everyone of a tier.

    Money is in minor units, parts of a hundred in basis points (500 = 5 % off = 9.5 折).
    """

    class Kind(models.TextChoices):
        DISCOUNT = "DISCOUNT", _("Discount")
        FREE_SHIPPING = "FREE_SHIPPING", _("Free shipping")
        SERVICE = "SERVICE", _("Service")
        GOODS = "GOODS", _("Goods")
        PRIORITY = "PRIORITY", _("Priority")
        PERSONAL = "PERSONAL", _("Personal")
        IDENTITY = "IDENTITY", _("Title or badge")

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        LIVE = "LIVE", _("Live")
        STOPPED = "STOPPED", _("Stopped")

    class Giving(models.TextChoices):
        AUTOMATIC = "AUTOMATIC", _("Automatically")
        CLAIMED = "CLAIMED", _("Claimed by the member")

    class Every(models.TextChoices):
        """The period for which a quota counts, on the programme's calendar."""

        NEVER = "NEVER", _("In all")
        DAY = "DAY", _("A day")
        WEEK = "WEEK", _("A week")
        MONTH = "MONTH", _("A month")
        QUARTER = "QUARTER", _("A quarter")
        YEAR = "YEAR", _("A year")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=13, choices=Kind)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.DRAFT)
    giving = models.CharField(_("given"), max_length=9, choices=Giving, default=Giving.AUTOMATIC)
    every = models.CharField(_("quota counts"), max_length=7, choices=Every, default=Every.NEVER)
    description_zh = models.TextField(_("description in Chinese"), max_length=1_000, blank=True)
    description_en = models.TextField(_("description in English"), max_length=1_000, blank=True)

    off_basis_points = models.PositiveIntegerField(
        _("off, basis points"),
        default=0,
        validators=[MaxValueValidator(10_000)],
        help_text=_("500 takes 5 % off."),
    )
    min_spend_amount = models.BigIntegerField(
        _("from a spend of"), default=0, help_text=_("In minor units.")
    )
    gift_sku = models.CharField(_("gift, SKU"), max_length=64, blank=True)
    # A benefit may come as coupons: as many as its quota says, for the period.
    coupon_type = models.ForeignKey(
        "loyalty.CouponType",
        verbose_name=_("comes as coupons of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="benefits",
    )
    badge = models.ForeignKey(
        "loyalty.Badge",
        verbose_name=_("shows the badge"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="benefits",
    )
    in_birthday_month = models.BooleanField(_("in the month of the birthday only"), default=False)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    claim_days = models.PositiveSmallIntegerField(
        _("usable after a claim, days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: to the end of its period."),
    )
    cap_percent = models.DecimalField(
        _("at most, % of active members"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    cap_count = models.PositiveIntegerField(_("at most, members"), null=True, blank=True)
    priority = models.IntegerField(
        _("priority"), default=0, help_text=_("Higher ones are shown first; weights add to it.")
    )
    stores = models.ManyToManyField(
        "members.Store",
        verbose_name=_("used in"),
        blank=True,
        related_name="+",
        help_text=_("Empty: in all stores."),
    )
    created_at = models.DateTimeField(_("created"), null=True, editable=False)
    stopped_at = models.DateTimeField(_("stopped"), null=True, editable=False)

    class Meta:
        verbose_name = _("benefit")
        verbose_name_plural = _("benefits")
        constraints = [
            models.CheckConstraint(
                name="benefit_amounts_make_sense",
                condition=models.Q(off_basis_points__lte=10_000, min_spend_amount__gte=0),
            ),
            models.CheckConstraint(
                name="benefit_ends_after_it_begins",
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gt=models.F("valid_from")),
            ),
            models.CheckConstraint(
                name="benefit_cap_is_a_share",
                condition=models.Q(cap_percent__isnull=True)
                | models.Q(cap_percent__gt=0, cap_percent__lte=100),
            ),
        ]


class BenefitRule(models.Model):
    """Who has a benefit, and how often a period; where several rules hold, the highest quota
    counts, not their sum."""

    class Audience(models.TextChoices):
        EVERYONE = "EVERYONE", _("Every member")
        TIER = "TIER", _("Members of a tier")
        TAG = "TAG", _("Members with a tag")

    benefit = models.ForeignKey("loyalty.Benefit", on_delete=models.CASCADE, related_name="rules")
    audience = models.CharField(_("for"), max_length=8, choices=Audience)
    tier = models.ForeignKey(
        "loyalty.Tier",
        verbose_name=_("tier"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="benefit_rules",
    )
    tag = models.ForeignKey(
        "members.Tag",
        verbose_name=_("tag"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    quota = models.PositiveIntegerField(
        _("quota"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: without a limit."),
    )

    class Meta:
        verbose_name = _("who has a benefit")
        verbose_name_plural = _("who has benefits")
        constraints = [
            models.UniqueConstraint(
                fields=["benefit", "audience", "tier", "tag"],
                name="benefit_rule_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="benefit_rule_names_its_audience",
                condition=models.Q(audience="EVERYONE", tier__isnull=True, tag__isnull=True)
                | models.Q(audience="TIER", tier__isnull=False, tag__isnull=True)
                | models.Q(audience="TAG", tier__isnull=True, tag__isnull=False),
            ),
            models.CheckConstraint(
                name="benefit_rule_quota_is_one_at_least",
                condition=models.Q(quota__isnull=True) | models.Q(quota__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.benefit_id} {self.audience}"


class BenefitWeight(models.Model):
    """What lifts a benefit in a member's list: a tag they have, something they did of late, an
    end that is near, a rest that is left. Without a benefit it holds for all of them."""

    class Signal(models.TextChoices):
        TAG = "TAG", _("Has the tag")
        BEHAVIOR = "BEHAVIOR", _("Did it within the days")
        USED = "USED", _("Used it within the days")
        ENDS = "ENDS", _("Ends within the days")
        LEFT = "LEFT", _("Some of it is left")

    benefit = models.ForeignKey(
        "loyalty.Benefit",
        verbose_name=_("benefit"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="weights",
    )
    signal = models.CharField(_("signal"), max_length=8, choices=Signal)
    # The tag's code, or the name of a behavior event.
    ref = models.CharField(_("tag or behavior"), max_length=60, blank=True)
    days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    points = models.IntegerField(_("adds to the priority"))

    class Meta:
        verbose_name = _("weight of a benefit")
        verbose_name_plural = _("weights of benefits")
        constraints = [
            models.UniqueConstraint(
                fields=["benefit", "signal", "ref"],
                name="benefit_weight_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.signal} {self.ref} {self.points:+d}"
