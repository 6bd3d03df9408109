"""Offers: what lowers a cart without a code. Versions of them, since an order keeps the version
that it was sold under."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty.models import Stacking
from members.ids import uuid7
from members.models.naming import Named


class Offer(Named):
    """What an offer does, where, for whom, and how it goes with others. Published rows are never
    changed: a change is a new version with a later `valid_from`.

    Money is in minor units, parts of a hundred in basis points (2000 = 20 % off = 8折).
    `kind` says the field's name of it; `form` how it lowers the price. Layers, in the order of
    evaluation: LIMITED_PRICE, MEMBER_PRICE → BUNDLE, NTH_ITEM → STEPPED, GIFT, FIRST_ORDER →
    (coupons, points) → FREE_SHIPPING. MULTIPLIER publishes an earning rule.
    """

    class Kind(models.TextChoices):
        STEPPED = "STEPPED", _("Spend and save")
        GIFT = "GIFT", _("Spend and get")
        LIMITED_PRICE = "LIMITED_PRICE", _("Limited-time price")
        MEMBER_PRICE = "MEMBER_PRICE", _("Member price")
        BUNDLE = "BUNDLE", _("Bundle")
        NTH_ITEM = "NTH_ITEM", _("n-th item")
        FREE_SHIPPING = "FREE_SHIPPING", _("Free shipping")
        FIRST_ORDER = "FIRST_ORDER", _("First order")
        MULTIPLIER = "MULTIPLIER", _("Multiplies points")

    class Form(models.TextChoices):
        AMOUNT_OFF = "AMOUNT_OFF", _("Amount off")
        PERCENT_OFF = "PERCENT_OFF", _("Percent off")
        PRICE = "PRICE", _("Fixed price")

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        PUBLISHED = "PUBLISHED", _("Published")
        RETIRED = "RETIRED", _("Retired")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.SlugField(_("code"), max_length=40)
    version = models.PositiveIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    kind = models.CharField(_("kind"), max_length=13, choices=Kind, default=Kind.STEPPED)
    form = models.CharField(_("lowers by"), max_length=11, choices=Form, default=Form.AMOUNT_OFF)
    amount = models.BigIntegerField(
        _("amount"),
        default=0,
        help_text=_("Off each piece or the order, or the price of a piece or bundle; minor units."),
    )
    off_basis_points = models.PositiveIntegerField(
        _("off, basis points"),
        default=0,
        validators=[MaxValueValidator(10_000)],
        help_text=_("2000 takes 20 % off."),
    )
    cap_amount = models.BigIntegerField(_("at most"), null=True, blank=True)
    # STEPPED, GIFT: [{"min_amount", "min_quantity", "amount", "off_basis_points", "gift_sku",
    # "gift_quantity", "gift_coupon_type"}], rising; the highest step reached counts.
    steps = models.JSONField(_("steps"), default=list, blank=True)
    is_repeated = models.BooleanField(
        _("for every such amount"),
        default=False,
        help_text=_("每满: with one step of 100 − 20, an order of 250 saves 40."),
    )
    # BUNDLE: [{"condition": tree over line fields, "quantity": n}]
    parts = models.JSONField(_("parts of the bundle"), default=list, blank=True)
    nth = models.PositiveSmallIntegerField(
        _("which piece"),
        default=2,
        validators=[MinValueValidator(2)],
        help_text=_("Every second piece: 2. The cheapest of the pieces are lowered."),
    )
    max_times = models.PositiveSmallIntegerField(
        _("times per order, at most"), null=True, blank=True
    )
    multiplier_percent = models.PositiveIntegerField(_("times, %"), default=100)
    min_amount = models.BigIntegerField(
        _("from an amount of"), default=0, help_text=_("Of the lines in its scope, minor units.")
    )
    min_quantity = models.PositiveIntegerField(_("from a quantity of"), default=0)
    condition = models.JSONField(
        _("scope"), default=dict, blank=True, help_text=_("Empty: every product and order.")
    )
    stores = models.ManyToManyField(
        "members.Store",
        verbose_name=_("live in"),
        blank=True,
        related_name="+",
        help_text=_("Empty: in all stores."),
    )
    stacking = models.CharField(
        _("goes together"), max_length=9, choices=Stacking, default=Stacking.STACKABLE
    )
    stacking_group = models.SlugField(_("group"), max_length=40, blank=True)
    limit_member = models.PositiveIntegerField(_("orders per member"), null=True, blank=True)
    limit_member_day = models.PositiveIntegerField(
        _("orders per member and day"), null=True, blank=True
    )
    limit_count = models.BigIntegerField(_("orders in all"), null=True, blank=True)
    budget_amount = models.BigIntegerField(
        _("budget"), null=True, blank=True, help_text=_("Discounts in all, minor units.")
    )
    # MULTIPLIER: the earning rule that it published.
    earning_rule_id = models.BigIntegerField(null=True, editable=False)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="offer_version_once"),
            models.CheckConstraint(
                name="offer_amounts_make_sense",
                condition=models.Q(
                    amount__gte=0,
                    off_basis_points__lte=10_000,
                    min_amount__gte=0,
                    nth__gte=2,
                )
                & (models.Q(cap_amount__isnull=True) | models.Q(cap_amount__gte=0))
                & (models.Q(budget_amount__isnull=True) | models.Q(budget_amount__gte=0))
                & (models.Q(limit_count__isnull=True) | models.Q(limit_count__gte=0)),
            ),
            models.CheckConstraint(
                name="offer_best_of_a_group",
                condition=~models.Q(stacking="BEST_OF") | ~models.Q(stacking_group=""),
            ),
            models.CheckConstraint(
                name="offer_ends_after_it_begins",
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
            ),
        ]


class MarginFloor(models.Model):
    """The least that a piece of a product, or of any product of a category, is sold for, however
    many discounts go together. A product's own floor counts before its category's."""

    sku = models.CharField(_("SKU"), max_length=64, blank=True)
    category = models.CharField(_("category"), max_length=80, blank=True)
    floor_amount = models.BigIntegerField(
        _("at least"), null=True, blank=True, help_text=_("For a piece, in minor units.")
    )
    cost_percent = models.PositiveIntegerField(
        _("at least, % of cost"),
        null=True,
        blank=True,
        help_text=_("100: never below cost. Products without a cost have no such floor."),
    )

    class Meta:
        verbose_name = _("margin floor")
        verbose_name_plural = _("margin floors")
        constraints = [
            models.UniqueConstraint(fields=["sku", "category"], name="margin_floor_once"),
            models.CheckConstraint(
                name="margin_floor_of_one_thing",
                condition=(models.Q(sku="") & ~models.Q(category=""))
                | (~models.Q(sku="") & models.Q(category="")),
            ),
            models.CheckConstraint(
                name="margin_floor_says_something",
                condition=models.Q(floor_amount__gte=0) | models.Q(cost_percent__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return self.sku or self.category
