"""Who recommended whom, and what came of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7


class ReferralCode(models.Model):
    """A member's own code: for links, QR codes, and the counter."""

    member = models.OneToOneField(
        "members.Member",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="referral_code",
    )
    code = models.CharField(_("code"), max_length=16, unique=True)
    created_at = models.DateTimeField(_("created"))
    stopped_at = models.DateTimeField(_("stopped"), null=True)

    class Meta:
        verbose_name = _("referral code")
        verbose_name_plural = _("referral codes")

    def __str__(self) -> str:
        return self.code


class ReferralInvitation(models.Model):
    """That a member invited: shared the link, showed the code. For the K-factor; it names nobody
    who was invited."""

    member = models.ForeignKey(
        "members.Member",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="referral_invitations",
    )
    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(_("number"), max_length=80)
    channel = models.CharField(_("by"), max_length=20, blank=True)
    # How many it went to: a link in a group goes to one group.
    invited_at = models.DateTimeField(_("invited"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="referral_invitation_once"
            )
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="referral_invitation_of"),
            models.Index(fields=["invited_at"], name="referral_invitation_at"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.channel}"


class Referral(models.Model):
    """That one member recommended another; the first claim of a friend binds, and the database
    has one row for each friend.

    CLAIMED: the friend named a code and isn't verified yet. REGISTERED: their phone is verified.
    ORDERED: their first order that counts is there. MATURED: it can't be returned any more.
    REVIEW: somebody has to look at it first; nothing is given. REFUSED: that somebody said no, or
    said so later: then what it brought is taken back.
    """

    class State(models.TextChoices):
        CLAIMED = "CLAIMED", _("Claimed")
        REGISTERED = "REGISTERED", _("Registered")
        ORDERED = "ORDERED", _("Ordered")
        MATURED = "MATURED", _("Matured")
        REVIEW = "REVIEW", _("To be reviewed")
        REFUSED = "REFUSED", _("Refused")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    program = models.ForeignKey(
        "loyalty.ReferralProgram",
        verbose_name=_("referral programme"),
        on_delete=models.PROTECT,
        related_name="referrals",
    )
    referrer = models.ForeignKey(
        "members.Member",
        verbose_name=_("recommended by"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="referrals",
    )
    friend = models.OneToOneField(
        "members.Member",
        verbose_name=_("friend"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="referral",
    )
    source = models.CharField(_("source"), max_length=40, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=State)
    claimed_at = models.DateTimeField(_("claimed"))
    verified_at = models.DateTimeField(_("verified"), null=True)
    # The friend's first order that counts, and until when it may be returned.
    order_id = models.BigIntegerField(null=True)
    ordered_at = models.DateTimeField(_("first order"), null=True)
    matures_at = models.DateTimeField(_("matures"), null=True)
    # Rises whenever an order is returned and another takes its place: part of the prizes' keys.
    round = models.PositiveSmallIntegerField(default=1)
    # When it first brought the referrer anything, and so in which month it counts; no prize
    # stands any more: null again. `is_rewarded` false: it came above that month's limit.
    rewarded_at = models.DateTimeField(_("counts as rewarded from"), null=True)
    is_rewarded = models.BooleanField(_("brings prizes"), default=True)
    # A prize is due that couldn't be given, such as a coupon without stock: tried each night.
    is_owed = models.BooleanField(_("a prize is owed"), default=False)
    # Why somebody has to look: ["same_device", "ring", …].
    reasons = models.JSONField(_("reasons"), default=list)
    # Blind indexes of what the claim came with, to find the same hand again.
    device_index = models.BinaryField(max_length=32, null=True)
    payment_index = models.BinaryField(max_length=32, null=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by_id = models.BigIntegerField(null=True)
    decision = models.CharField(_("decision"), max_length=80, blank=True, default="")
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints = [
            models.CheckConstraint(
                name="nobody_refers_themselves",
                condition=~models.Q(referrer=models.F("friend")),
            ),
            models.CheckConstraint(
                name="referral_ordered_with_an_order",
                condition=~models.Q(state__in=["ORDERED", "MATURED"])
                | models.Q(order_id__isnull=False, matures_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["referrer", "-id"], name="referral_of_referrer"),
            models.Index(
                fields=["matures_at"], name="referral_matures", condition=models.Q(state="ORDERED")
            ),
            models.Index(
                fields=["order_id"],
                name="referral_of_order",
                condition=models.Q(order_id__isnull=False),
            ),
            models.Index(
                fields=["claimed_at"], name="referral_to_review", condition=models.Q(state="REVIEW")
            ),
            models.Index(
                fields=["device_index"],
                name="referral_of_device",
                condition=models.Q(device_index__isnull=False),
            ),
            models.Index(fields=["id"], name="referral_owed", condition=models.Q(is_owed=True)),
        ]

    def __str__(self) -> str:
        return f"{self.referrer or '–'} → {self.friend or '–'}"


class ReferralStep(models.Model):
    """That a member reached a step of the ladder: again with the next round after it unwound."""

    program = models.ForeignKey(
        "loyalty.ReferralProgram", on_delete=models.PROTECT, related_name="steps"
    )
    member = models.ForeignKey(
        "members.Member",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="referral_steps",
    )
    step = models.PositiveSmallIntegerField(_("friends"))
    round = models.PositiveSmallIntegerField(default=1)
    reached_at = models.DateTimeField(_("reached"))
    undone_at = models.DateTimeField(_("unwound"), null=True)
    is_owed = models.BooleanField(_("a prize is owed"), default=False)

    class Meta:
        verbose_name = _("step of the ladder")
        verbose_name_plural = _("steps of the ladder")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "program", "step", "round"], name="referral_step_round_once"
            ),
            models.UniqueConstraint(
                fields=["member", "program", "step"],
                name="referral_step_stands_once",
                condition=models.Q(undone_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.step}"


class ReferralTrace(models.Model):
    """That a device or a payment card was seen with a member: a blind index, told by the app or
    the till. Two members with one trace are likely one person."""

    class Kind(models.TextChoices):
        DEVICE = "DEVICE", _("Device")
        PAYMENT = "PAYMENT", _("Payment card")

    member = models.ForeignKey(
        "members.Member",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="referral_traces",
    )
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    index = models.BinaryField(max_length=32)
    seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("trace of a device or card")
        verbose_name_plural = _("traces of devices and cards")
        constraints = [
            models.UniqueConstraint(fields=["index", "kind", "member"], name="referral_trace_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.member_id}"
