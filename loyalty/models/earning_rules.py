"""Earning rules: versions of them, since an order keeps the version it was judged by."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty.models.programs import Program
from members.models.naming import Named


class StackingGroup(Named):
    """How rules that meet are combined. Groups multiply each other; within one group, of a
    tier × 1.5 and a weekend × 2 on a base of 100: multiply 300, add 250, best 200."""

    class Mode(models.TextChoices):
        MULTIPLY = "MULTIPLY", _("Multiply")
        ADD = "ADD", _("Add up")
        BEST = "BEST", _("The best one")

    program = models.ForeignKey(
        "loyalty.Program",
        verbose_name=_("programme"),
        on_delete=models.PROTECT,
        related_name="stacking_groups",
    )
    code = models.SlugField(_("code"), max_length=40)
    mode = models.CharField(_("combine"), max_length=8, choices=Mode, default=Mode.MULTIPLY)

    class Meta:
        verbose_name = _("stacking group")
        verbose_name_plural = _("stacking groups")
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="stacking_group_code_once")
        ]


class EarningRule(Named):
    """What earns, when, and how much. Published rows are never changed: a change is a new
    version with a later `valid_from`.

    `effect` PER_AMOUNT: `points` per `per_amount` of eligible money of the lines that match;
    MULTIPLIER: those lines' points times `percent` / 100; FIXED: `points` once per order.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        PUBLISHED = "PUBLISHED", _("Published")
        RETIRED = "RETIRED", _("Retired")

    class Effect(models.TextChoices):
        PER_AMOUNT = "PER_AMOUNT", _("Points per amount")
        MULTIPLIER = "MULTIPLIER", _("Multiplies points")
        FIXED = "FIXED", _("Fixed bonus")

    class OnReturn(models.TextChoices):
        REQUALIFY = "REQUALIFY", _("Taken back whole when the rest no longer qualifies")
        PRORATE = "PRORATE", _("Taken back by what is returned")

    class BudgetMode(models.TextChoices):
        STRICT = "STRICT", _("All or nothing")
        PARTIAL = "PARTIAL", _("What is left")

    program = models.ForeignKey(
        "loyalty.Program",
        verbose_name=_("programme"),
        on_delete=models.PROTECT,
        related_name="earning_rules",
    )
    code = models.SlugField(_("code"), max_length=40)
    version = models.PositiveIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    per_amount = models.PositiveIntegerField(
        _("per amount"), default=100, help_text=_("In minor units: 100 = 1 yuan.")
    )
    points = models.PositiveIntegerField(_("points"), default=1)
    effect = models.CharField(_("effect"), max_length=10, choices=Effect, default=Effect.PER_AMOUNT)
    percent = models.PositiveIntegerField(
        _("times, %"), default=100, help_text=_("200 doubles the points.")
    )
    condition = models.JSONField(
        _("condition"), default=dict, blank=True, help_text=_("Empty: every order.")
    )
    min_amount = models.BigIntegerField(
        _("from an amount of"),
        default=0,
        help_text=_("Eligible money of the lines that match, in minor units."),
    )
    min_quantity = models.PositiveIntegerField(_("from a quantity of"), default=0)
    group = models.ForeignKey(
        "loyalty.StackingGroup",
        verbose_name=_("stacking group"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        help_text=_("Empty: a group of its own."),
    )
    on_return = models.CharField(
        _("when goods come back"), max_length=9, choices=OnReturn, default=OnReturn.REQUALIFY
    )
    cap_order_points = models.PositiveIntegerField(_("cap per order"), null=True, blank=True)
    cap_day_points = models.PositiveIntegerField(_("cap per day"), null=True, blank=True)
    cap_month_points = models.PositiveIntegerField(_("cap per month"), null=True, blank=True)
    cap_member_points = models.PositiveIntegerField(_("cap per member"), null=True, blank=True)
    budget_points = models.BigIntegerField(_("budget, points"), null=True, blank=True)
    budget_mode = models.CharField(
        _("when the budget runs out"),
        max_length=7,
        choices=BudgetMode,
        default=BudgetMode.STRICT,
    )
    stores = models.ManyToManyField(
        "members.Store",
        verbose_name=_("live in"),
        blank=True,
        related_name="+",
        help_text=_("Empty: in all stores."),
    )
    pending_days = models.PositiveSmallIntegerField(
        _("pending days"), null=True, blank=True, help_text=_("Empty: as the programme says.")
    )
    validity = models.CharField(
        _("validity"),
        max_length=11,
        choices=Program.Validity,
        blank=True,
        default="",
        help_text=_("Empty: as the programme says."),
    )
    validity_count = models.PositiveSmallIntegerField(_("validity, count"), default=0)
    validity_rounding = models.CharField(
        _("validity, rounded up"),
        max_length=9,
        choices=Program.Rounding,
        default=Program.Rounding.NONE,
    )
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("earning rule")
        verbose_name_plural = _("earning rules")
        constraints = [
            models.UniqueConstraint(
                fields=["program", "code", "version"], name="earning_rule_version_once"
            ),
            models.CheckConstraint(
                name="earning_rule_counts_money", condition=models.Q(per_amount__gt=0)
            ),
            models.CheckConstraint(
                name="earning_rule_thresholds_not_below_zero",
                condition=models.Q(min_amount__gte=0)
                & (models.Q(budget_points__isnull=True) | models.Q(budget_points__gte=0)),
            ),
        ]


class RuleBudget(models.Model):
    """What is left of a rule's budget, in shards: no row that every till writes."""

    SHARDS = 16

    rule = models.ForeignKey(
        "loyalty.EarningRule", on_delete=models.PROTECT, related_name="budgets"
    )
    shard = models.PositiveSmallIntegerField()
    left_points = models.BigIntegerField(_("left"))

    class Meta:
        verbose_name = _("budget of a rule")
        verbose_name_plural = _("budgets of rules")
        constraints = [
            models.UniqueConstraint(fields=["rule", "shard"], name="rule_budget_shard_once"),
            models.CheckConstraint(
                name="rule_budget_never_overspent", condition=models.Q(left_points__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.left_points}"


class RuleUse(models.Model):
    """What a capped or budgeted rule gave for one order, and what of it came back. `code` ""
    stands for the programme's own caps."""

    member_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    rule_id = models.BigIntegerField(null=True)
    code = models.CharField(max_length=40, blank=True)
    business_date = models.DateField()
    points = models.BigIntegerField(_("points"))
    returned_points = models.BigIntegerField(_("taken back"), default=0)

    class Meta:
        verbose_name = _("use of a rule")
        verbose_name_plural = _("uses of rules")
        indexes = [
            models.Index(fields=["member_id", "code", "business_date"], name="ruleuse_member"),
            models.Index(fields=["order_id"], name="ruleuse_order"),
            models.Index(fields=["rule_id"], name="ruleuse_rule"),
        ]
        constraints = [
            models.CheckConstraint(
                name="rule_use_returned_within_bounds",
                condition=models.Q(returned_points__gte=0, returned_points__lte=models.F("points")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.points:+d}"
