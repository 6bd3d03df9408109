"""Prizes: what a referral, a challenge or a campaign gives, and that it was given."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7


class PrizeWhat(models.TextChoices):
    POINTS = "POINTS", _("Points")
    COUPON = "COUPON", _("Coupon")
    TIER = "TIER", _("Tier")
    BENEFIT = "BENEFIT", _("Benefit")
    BADGE = "BADGE", _("Badge")


class Prize(models.Model):
    """What is to be given: the same columns wherever something is promised."""

    What = PrizeWhat

    what = models.CharField(_("gives"), max_length=7, choices=PrizeWhat)
    points = models.PositiveIntegerField(_("points"), default=0)
    coupon_type = models.ForeignKey(
        "loyalty.CouponType",
        verbose_name=_("coupon type"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    tier = models.ForeignKey(
        "loyalty.Tier",
        verbose_name=_("tier"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    benefit = models.ForeignKey(
        "loyalty.Benefit",
        verbose_name=_("benefit"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    badge = models.ForeignKey(
        "loyalty.Badge",
        verbose_name=_("badge"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    count = models.PositiveSmallIntegerField(
        _("how many"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("Coupons, or uses of the benefit."),
    )
    days = models.PositiveSmallIntegerField(
        _("for days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("How long a tier or a benefit holds. Empty: a term."),
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_is_whole",
                condition=models.Q(what="POINTS", points__gt=0)
                | models.Q(what="COUPON", coupon_type__isnull=False, count__gte=1)
                | models.Q(what="TIER", tier__isnull=False)
                | models.Q(what="BENEFIT", benefit__isnull=False, count__gte=1)
                | models.Q(what="BADGE", badge__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.get_what_display())


class PrizeGrant(models.Model):
    """That a prize was given, and taken back. One row for each promise kept: `key` names the
    promise (`referral:…`, `challenge:…`), so a repeat gives nothing more."""

    class State(models.TextChoices):
        GIVEN = "GIVEN", _("Given")
        UNDONE = "UNDONE", _("Taken back")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.CharField(max_length=120, unique=True)
    origin = models.CharField(_("from"), max_length=20)
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="prizes",
    )
    what = models.CharField(_("gives"), max_length=7, choices=PrizeWhat)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.GIVEN)
    points = models.BigIntegerField(_("points"), default=0)
    # What was made of it: {"coupons": [ids], "benefit": grant id, "badge": id, "tier": code}.
    made = models.JSONField(default=dict)
    given_at = models.DateTimeField(_("given"))
    undone_at = models.DateTimeField(_("taken back on"), null=True)
    undo_reason = models.CharField(_("reason"), max_length=80, blank=True, default="")
    # Of what was made, what could not come back: {"coupons": [used ones]}.
    kept = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("prize")
        verbose_name_plural = _("prizes")
        constraints = [
            models.CheckConstraint(
                name="prize_undone_at_once",
                condition=models.Q(state="GIVEN", undone_at__isnull=True)
                | models.Q(state="UNDONE", undone_at__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["member", "-id"], name="prize_of_member")]

    def __str__(self) -> str:
        return f"{self.what} {self.state}"
