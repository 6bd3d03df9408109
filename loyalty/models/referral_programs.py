"""What recommending brings: the terms of a referral programme (推荐有礼)."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty.models.prizes import Prize
from members.ids import uuid7
from members.models.naming import Named


class ReferralProgram(Named):
    """Who recommends and who is recommended get what, and when. At most one is live; what was
    promised under one is kept under it."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        LIVE = "LIVE", _("Live")
        STOPPED = "STOPPED", _("Stopped")

    class Basis(models.TextChoices):
        REGISTRATION = "REGISTRATION", _("Verified registrations")
        FIRST_ORDER = "FIRST_ORDER", _("First orders")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.DRAFT)
    ladder_basis = models.CharField(
        _("the ladder counts"), max_length=12, choices=Basis, default=Basis.REGISTRATION
    )
    min_order_amount = models.BigIntegerField(
        _("first order from"),
        default=0,
        help_text=_("Net, in minor units. A smaller one doesn't count; a later one may."),
    )
    maturity_days = models.PositiveSmallIntegerField(
        _("matures after, days"),
        default=7,
        validators=[MaxValueValidator(365)],
        help_text=_("The time in which the friend's first order may be returned."),
    )
    claim_days = models.PositiveSmallIntegerField(
        _("a friend may name who recommended them, days after joining"),
        default=7,
        validators=[MaxValueValidator(365)],
    )
    limit_month = models.PositiveIntegerField(
        _("rewarded friends per month"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("More friends are kept on record and bring no prize. Empty: without a limit."),
    )
    link_url = models.CharField(
        _("link"),
        max_length=300,
        blank=True,
        help_text=_(
            "With {code} where the code goes, such as https://shop.example/join?ref={code}"
        ),
    )
    # What looks like one hand gets looked at first.
    device_limit = models.PositiveSmallIntegerField(
        _("friends from one device"),
        null=True,
        blank=True,
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("More are reviewed first. Empty: without a limit."),
    )
    hour_limit = models.PositiveSmallIntegerField(
        _("friends of one member in an hour"),
        null=True,
        blank=True,
        default=5,
        validators=[MinValueValidator(1)],
        help_text=_("More are reviewed first. Empty: without a limit."),
    )
    invitations_day = models.PositiveSmallIntegerField(
        _("invitations of one member in a day"),
        default=50,
        validators=[MinValueValidator(1)],
        help_text=_("More are not kept: the K-factor counts invitations."),
    )
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), null=True, editable=False)
    stopped_at = models.DateTimeField(_("stopped"), null=True, editable=False)

    class Meta:
        verbose_name = _("referral programme")
        verbose_name_plural = _("referral programmes")
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                name="one_referral_program_is_live",
                condition=models.Q(state="LIVE"),
            ),
            models.CheckConstraint(
                name="referral_program_makes_sense",
                condition=models.Q(min_order_amount__gte=0)
                & (
                    models.Q(valid_from__isnull=True)
                    | models.Q(valid_until__isnull=True)
                    | models.Q(valid_until__gt=models.F("valid_from"))
                ),
            ),
        ]


class ReferralPrize(Prize):
    """A prize of a referral programme: for whom, and when. `step`: so many friends, of the
    ladder."""

    class Moment(models.TextChoices):
        REGISTRATION = "REGISTRATION", _("The friend's phone is verified")
        FIRST_ORDER = "FIRST_ORDER", _("The friend's first order has matured")
        LADDER = "LADDER", _("So many friends")

    class Side(models.TextChoices):
        REFERRER = "REFERRER", _("Who recommends")
        FRIEND = "FRIEND", _("The friend")

    program = models.ForeignKey(
        "loyalty.ReferralProgram", on_delete=models.CASCADE, related_name="prizes"
    )
    moment = models.CharField(_("when"), max_length=12, choices=Moment)
    side = models.CharField(_("for"), max_length=8, choices=Side, default=Side.REFERRER)
    step = models.PositiveSmallIntegerField(
        _("friends"), null=True, blank=True, validators=[MinValueValidator(1)]
    )

    class Meta(Prize.Meta):
        verbose_name = _("prize of recommending")
        verbose_name_plural = _("prizes of recommending")
        constraints = [
            *Prize.Meta.constraints,
            models.CheckConstraint(
                name="referral_prize_of_the_ladder_has_a_step",
                condition=models.Q(moment="LADDER", side="REFERRER", step__gte=1)
                | (~models.Q(moment="LADDER") & models.Q(step__isnull=True)),
            ),
        ]


class ReferralBoost(models.Model):
    """Who has a tag gets more for recommending: 200 doubles points and coupons. The highest of a
    member's boosts counts."""

    program = models.ForeignKey(
        "loyalty.ReferralProgram", on_delete=models.CASCADE, related_name="boosts"
    )
    tag = models.ForeignKey(
        "members.Tag", verbose_name=_("tag"), on_delete=models.PROTECT, related_name="+"
    )
    percent = models.PositiveSmallIntegerField(
        _("times, %"), default=200, validators=[MinValueValidator(101), MaxValueValidator(1_000)]
    )

    class Meta:
        verbose_name = _("boost of recommending")
        verbose_name_plural = _("boosts of recommending")
        constraints = [
            models.UniqueConstraint(fields=["program", "tag"], name="referral_boost_once"),
            models.CheckConstraint(
                name="referral_boost_raises", condition=models.Q(percent__gt=100)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} × {self.percent} %"
