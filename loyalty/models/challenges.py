"""Challenges (任务): so many of something within a time, for a prize; break-through rewards too."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty.models.prizes import Prize
from members.ids import uuid7
from members.models.naming import Named, in_language


class Challenge(Named):
    """What is counted, how far, and how often. Money is in minor units.

    "Every third order": ORDERS, target 3, repeating. "12th repeat order in a year": REPEAT_ORDERS,
    target 12, a year. "First upgrade to the top": TIER.
    """

    class Counts(models.TextChoices):
        ORDERS = "ORDERS", _("Orders")
        REPEAT_ORDERS = "REPEAT_ORDERS", _("Repeat orders")
        SPEND = "SPEND", _("Net spend")
        PIECES = "PIECES", _("Pieces bought")
        BEHAVIORS = "BEHAVIORS", _("Behaviors that earn")
        TIER = "TIER", _("Reaching a tier")
        FRIENDS = "FRIENDS", _("Friends recommended")

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        LIVE = "LIVE", _("Live")
        STOPPED = "STOPPED", _("Stopped")

    class Window(models.TextChoices):
        """In which time it has to be done, on the programme's calendar."""

        EVER = "EVER", _("While it runs")
        DAY = "DAY", _("In a day")
        WEEK = "WEEK", _("In a week")
        MONTH = "MONTH", _("In a month")
        QUARTER = "QUARTER", _("In a quarter")
        YEAR = "YEAR", _("In a year")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.DRAFT)
    description_zh = models.TextField(_("description in Chinese"), max_length=1_000, blank=True)
    description_en = models.TextField(_("description in English"), max_length=1_000, blank=True)
    counts = models.CharField(_("counts"), max_length=13, choices=Counts)
    target = models.BigIntegerField(
        _("target"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("Spend: minor units."),
    )
    window = models.CharField(_("within"), max_length=7, choices=Window, default=Window.EVER)
    is_repeating = models.BooleanField(
        _("again and again"), default=False, help_text=_("Every time the target is reached anew.")
    )
    limit_times = models.PositiveIntegerField(
        _("times per member at most"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    min_order_amount = models.BigIntegerField(
        _("orders from"), default=0, help_text=_("Net, in minor units.")
    )
    condition = models.JSONField(
        _("which orders"), default=dict, blank=True, help_text=_("Empty: every order.")
    )
    behavior = models.SlugField(_("behavior"), max_length=40, blank=True)
    # A streak: the days have to follow one another.
    is_streak = models.BooleanField(_("on days in a row"), default=False)
    tier = models.ForeignKey(
        "loyalty.Tier",
        verbose_name=_("tier"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    for_tier = models.ForeignKey(
        "loyalty.Tier",
        verbose_name=_("for members from"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    for_tag = models.ForeignKey(
        "members.Tag",
        verbose_name=_("for members with the tag"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    needs_joining = models.BooleanField(
        _("members join it first"), default=False, help_text=_("Counts from the joining on.")
    )
    is_hidden = models.BooleanField(
        _("a surprise"), default=False, help_text=_("Not shown to members until it is reached.")
    )
    valid_from = models.DateTimeField(_("from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), null=True, editable=False)
    stopped_at = models.DateTimeField(_("stopped"), null=True, editable=False)

    class Meta:
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        constraints = [
            models.CheckConstraint(
                name="challenge_makes_sense",
                condition=models.Q(target__gte=1, min_order_amount__gte=0)
                & (
                    models.Q(valid_from__isnull=True)
                    | models.Q(valid_until__isnull=True)
                    | models.Q(valid_until__gt=models.F("valid_from"))
                ),
            ),
            models.CheckConstraint(
                name="challenge_names_what_it_counts",
                condition=(~models.Q(counts="TIER") | models.Q(tier__isnull=False))
                & (~models.Q(counts="BEHAVIORS") | ~models.Q(behavior="")),
            ),
        ]

    @property
    def description(self) -> str:
        """In the reader's language."""
        return in_language(self.description_zh, self.description_en)


class ChallengePrize(Prize):
    """A prize of a challenge."""

    challenge = models.ForeignKey(
        "loyalty.Challenge", on_delete=models.CASCADE, related_name="prizes"
    )

    class Meta(Prize.Meta):
        verbose_name = _("prize of a challenge")
        verbose_name_plural = _("prizes of a challenge")


class ChallengeProgress(models.Model):
    """How far a member is in one window of a challenge: the sum of its steps that stand."""

    challenge = models.ForeignKey(
        "loyalty.Challenge", on_delete=models.PROTECT, related_name="progress"
    )
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="challenges",
    )
    # Its first day on the programme's calendar; 0001-01-01 for "while it runs", and for the row
    # that keeps when a member joined.
    window_on = models.DateField(_("window"))
    value = models.BigIntegerField(_("reached"), default=0)
    joined_at = models.DateTimeField(_("joined"), null=True)
    updated_at = models.DateTimeField(_("as of"))

    class Meta:
        verbose_name = _("progress in a challenge")
        verbose_name_plural = _("progress in challenges")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "challenge", "window_on"], name="challenge_progress_once"
            ),
            models.CheckConstraint(
                name="challenge_progress_not_below_zero", condition=models.Q(value__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.challenge_id}/{self.member_id} {self.value}"


class ChallengeStep(models.Model):
    """What one order, behavior, tier change or friend adds; 0 once it was returned."""

    challenge = models.ForeignKey(
        "loyalty.Challenge", on_delete=models.PROTECT, related_name="steps"
    )
    member = models.ForeignKey(
        "members.Member",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="challenge_steps",
    )
    window_on = models.DateField(_("window"))
    # `order:<id>`, `behavior:<award id>`, `tier:<change id>`, `friend:<referral id>`.
    ref = models.CharField(max_length=40)
    value = models.BigIntegerField(_("adds"))
    # Whether the member was among those whom it is for, when the step was first heard of.
    is_eligible = models.BooleanField(default=True)
    business_date = models.DateField(_("business day"))
    occurred_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("step in a challenge")
        verbose_name_plural = _("steps in challenges")
        constraints = [
            models.UniqueConstraint(fields=["ref", "challenge"], name="challenge_step_once"),
            models.CheckConstraint(
                name="challenge_step_not_below_zero", condition=models.Q(value__gte=0)
            ),
        ]
        indexes = [
            models.Index(fields=["member", "challenge", "window_on"], name="challenge_step_of")
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.value}"


class ChallengeAward(models.Model):
    """That the target was reached for the `ordinal`-th time in a window; again with the next
    round after it came back."""

    challenge = models.ForeignKey(
        "loyalty.Challenge", on_delete=models.PROTECT, related_name="awards"
    )
    member = models.ForeignKey(
        "members.Member",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="challenge_awards",
    )
    window_on = models.DateField(_("window"))
    ordinal = models.PositiveIntegerField(_("time"))
    round = models.PositiveSmallIntegerField(default=1)
    reached_at = models.DateTimeField(_("reached"))
    undone_at = models.DateTimeField(_("taken back"), null=True)

    class Meta:
        verbose_name = _("challenge that was met")
        verbose_name_plural = _("challenges that were met")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "challenge", "window_on", "ordinal", "round"],
                name="challenge_award_round_once",
            ),
            models.UniqueConstraint(
                fields=["member", "challenge", "window_on", "ordinal"],
                name="challenge_award_stands_once",
                condition=models.Q(undone_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.challenge_id}/{self.member_id} {self.ordinal}"
