"""What members hold of benefits by hand or claim, and each use."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7


class BenefitGrant(models.Model):
    """A benefit that one member was given (by hand, as a prize, by a campaign), or claimed: with
    a window and a quota of its own, which adds to what the member's tier and tags give. A claim
    has no quota: it opens the member's own quota of a period."""

    class Origin(models.TextChoices):
        HAND = "HAND", _("By hand")
        PRIZE = "PRIZE", _("A prize")
        CAMPAIGN = "CAMPAIGN", _("Campaign")
        CLAIM = "CLAIM", _("Claimed by the member")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    # Whoever grants it once has one key for it: a repeat finds it.
    key = models.CharField(max_length=120, unique=True)
    benefit = models.ForeignKey(
        "loyalty.Benefit",
        verbose_name=_("benefit"),
        on_delete=models.PROTECT,
        related_name="grants",
    )
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="benefit_grants",
    )
    origin = models.CharField(_("from"), max_length=8, choices=Origin)
    quota = models.PositiveIntegerField(_("quota"), null=True, blank=True)
    used_count = models.PositiveIntegerField(_("used"), default=0)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=80, blank=True, default="")
    actor_id = models.BigIntegerField(null=True, editable=False)
    recorded_at = models.DateTimeField(_("recorded"))
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    end_reason = models.CharField(_("why it ended"), max_length=80, blank=True, default="")

    class Meta:
        verbose_name = _("grant of a benefit")
        verbose_name_plural = _("grants of benefits")
        constraints = [
            models.CheckConstraint(
                name="benefit_grant_never_overused",
                condition=models.Q(quota__isnull=True)
                | models.Q(used_count__lte=models.F("quota")),
            ),
            models.CheckConstraint(
                name="benefit_grant_ends_after_it_begins",
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gt=models.F("valid_from")),
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="benefit_grant_of_member"),
            models.Index(
                fields=["valid_until"],
                name="benefit_grant_ends",
                condition=models.Q(ended_at__isnull=True, valid_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.benefit_id}/{self.member_id}"


class BenefitPeriod(models.Model):
    """How often a member used a benefit of their tier or tags within one period. `allowed_count`
    is the highest quota that was in force when one was used (None: without a limit): the database
    itself refuses one use more. `given_count` is how many coupons came of it."""

    benefit = models.ForeignKey("loyalty.Benefit", on_delete=models.PROTECT, related_name="periods")
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="benefit_periods",
    )
    # Its first day on the programme's calendar; 0001-01-01 for a quota "in all".
    period_on = models.DateField(_("period"))
    allowed_count = models.PositiveIntegerField(_("allowed"), null=True)
    used_count = models.PositiveIntegerField(_("used"), default=0)
    given_count = models.PositiveIntegerField(_("coupons given"), default=0)

    class Meta:
        verbose_name = _("benefit in a period")
        verbose_name_plural = _("benefits in periods")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "benefit", "period_on"], name="benefit_period_once"
            ),
            models.CheckConstraint(
                name="benefit_period_never_overused",
                condition=models.Q(allowed_count__isnull=True)
                | models.Q(
                    used_count__lte=models.F("allowed_count"),
                    given_count__lte=models.F("allowed_count"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.benefit_id}/{self.member_id} {self.period_on}"


class BenefitUse(models.Model):
    """That a benefit was used, where and by whose hand; a void gives it back in the same period
    only. Rated from 1 to 10 by the member, once per use; a later rating replaces it."""

    class State(models.TextChoices):
        USED = "USED", _("Used")
        VOID = "VOID", _("Void")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(_("number"), max_length=80)
    fingerprint = models.BinaryField(max_length=32)
    benefit = models.ForeignKey(
        "loyalty.Benefit", verbose_name=_("benefit"), on_delete=models.PROTECT, related_name="uses"
    )
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="benefit_uses",
    )
    # What it was taken from: a grant, or the member's own quota of a period.
    grant = models.ForeignKey(
        "loyalty.BenefitGrant", on_delete=models.PROTECT, null=True, related_name="uses"
    )
    period = models.ForeignKey(
        "loyalty.BenefitPeriod", on_delete=models.PROTECT, null=True, related_name="uses"
    )
    state = models.CharField(_("state"), max_length=4, choices=State, default=State.USED)
    store = models.ForeignKey(
        "members.Store",
        verbose_name=_("store"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    order_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True, editable=False)
    used_at = models.DateTimeField(_("used"))
    voided_at = models.DateTimeField(_("voided"), null=True)
    void_reason = models.CharField(_("why it is void"), max_length=80, blank=True, default="")
    given_back = models.BooleanField(_("came back"), default=False)
    rating = models.PositiveSmallIntegerField(
        _("rating"), null=True, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    rated_at = models.DateTimeField(_("rated"), null=True)

    class Meta:
        verbose_name = _("use of a benefit")
        verbose_name_plural = _("uses of benefits")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="benefit_use_once"),
            models.CheckConstraint(
                name="benefit_use_void_at_once",
                condition=models.Q(state="USED", voided_at__isnull=True, given_back=False)
                | models.Q(state="VOID", voided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="benefit_rated_one_to_ten",
                condition=models.Q(rating__isnull=True, rated_at__isnull=True)
                | models.Q(rating__gte=1, rating__lte=10, rated_at__isnull=False),
            ),
            models.CheckConstraint(
                name="benefit_use_taken_from_one_thing",
                condition=models.Q(grant__isnull=True) | models.Q(period__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="benefit_use_of_member"),
            models.Index(fields=["benefit", "-id"], name="benefit_use_of_benefit"),
        ]

    def __str__(self) -> str:
        return self.benefit.name


class BenefitHolder(models.Model):
    """Who is among the best that a capped benefit is for; drawn by night."""

    benefit = models.ForeignKey("loyalty.Benefit", on_delete=models.CASCADE, related_name="holders")
    member = models.ForeignKey(
        "members.Member",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    since_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("holder of a capped benefit")
        verbose_name_plural = _("holders of capped benefits")
        constraints = [
            models.UniqueConstraint(fields=["member", "benefit"], name="benefit_holder_once")
        ]

    def __str__(self) -> str:
        return f"{self.benefit_id}/{self.member_id}"


class BenefitNotice(models.Model):
    """One telling for each member, occasion and day. The constraint makes a second night, or a
    second worker, harmless."""

    class About(models.TextChoices):
        ENDS = "ENDS", _("It ends")
        LEFT = "LEFT", _("What is left")

    member_id = models.BigIntegerField()
    about = models.CharField(_("about"), max_length=4, choices=About)
    # What ends (`grant:<id>`, `benefit:<id>`); "" for a list of what is left.
    ref = models.CharField(max_length=60, blank=True, default="")
    # The day on which it ends, or the first day of the month.
    day_on = models.DateField(_("day"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("reminder of benefits")
        verbose_name_plural = _("reminders of benefits")
        constraints = [
            models.UniqueConstraint(
                fields=["member_id", "about", "ref", "day_on"], name="benefit_told_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.day_on}"
