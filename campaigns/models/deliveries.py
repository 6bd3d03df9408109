"""Messages to members: each a row with its state and its reason."""

from typing import cast

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7
from members.models import Consent
from members.sealing.fields import SealedTextField


class Delivery(models.Model):
    """One message to one member on one medium. `send_key` makes it be sent once.

    A crash between the provider's answer and our commit leaves UNKNOWN: never sent twice by
    itself.
    """

    class State(models.TextChoices):
        QUEUED = "QUEUED", _("Queued")
        CLAIMED = "CLAIMED", _("Being sent")
        SENT = "SENT", _("Sent")
        DELIVERED = "DELIVERED", _("Delivered")
        BOUNCED = "BOUNCED", _("Came back")
        SKIPPED = "SKIPPED", _("Not sent")
        FAILED = "FAILED", _("Failed")
        EXPIRED = "EXPIRED", _("Expired")
        KILLED = "KILLED", _("Stopped")
        UNKNOWN = "UNKNOWN", _("Unknown")
        GHOST = "GHOST", _("Held out for comparison")

    # On their way; every other state is an end, though news of it may still come.
    OPEN = (State.QUEUED, State.CLAIMED)
    # Those that count as a contact: who was handed over, whatever came of it.
    CONTACTS = (State.CLAIMED, State.SENT, State.DELIVERED, State.BOUNCED, State.UNKNOWN)

    class Reason(models.TextChoices):
        """The gate's reasons in its order, then what can happen on the way out."""

        CAMPAIGN_STATE = "campaign_state", _("The campaign is not running")
        MEMBER_STATE = "member_state", _("The member can't be written to")
        HOLDOUT = "holdout", _("Held out from all campaigns, for comparison")
        CONSENT = "consent", _("No consent")
        GUARDIAN = "guardian", _("A parent has to agree first")
        ADDRESS = "address", _("No address for this channel")
        SUPPRESSED = "suppressed", _("The address is suppressed: it bounced or complained")
        CONTACT_CREDIT = "contact_credit", _("The member granted no more messages of this kind")
        PRIORITY = "priority", _("A campaign of higher priority goes first")
        EXITED = "exited", _("The member left the campaign")
        CONVERTED = "converted", _("The goal was reached already")
        FREQUENCY_CAP = "frequency_cap", _("Enough messages for now")
        QUIET_HOURS = "quiet_hours", _("Waiting for the end of the quiet hours")
        EXPIRED = "expired", _("Too late")
        BUDGET = "budget", _("The budget is used up")
        MISSING_VARIABLE = "missing_variable", _("The text can't be written from what is known")
        KILLED = "killed", _("The campaign was stopped")
        UNREACHABLE = "unreachable", _("The provider can't be reached")
        REFUSED = "refused", _("The provider refused it")
        NO_ANSWER = "no_answer", _("The provider's answer was lost")
        SENDER_DIED = "sender_died", _("The sender stopped on the way")
        BOUNCED = "bounced", _("The address took nothing")
        FAULT = "fault", _("Something went wrong on our side; the log says what")

    sealed_with = "member"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        verbose_name=_("campaign"),
        on_delete=models.PROTECT,
        related_name="deliveries",
    )
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="deliveries",
    )
    run = models.ForeignKey(
        "campaigns.Run",
        verbose_name=_("run"),
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="deliveries",
    )
    enrollment = models.ForeignKey(
        "campaigns.Enrollment",
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="deliveries",
    )
    step = models.CharField(_("step"), max_length=12, blank=True, default="")
    event_id = models.BigIntegerField(null=True)
    medium = models.CharField(_("channel"), max_length=8)
    send_key = models.CharField(max_length=120, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(_("reason"), max_length=40, choices=Reason, blank=True)
    language = models.CharField(_("language"), max_length=8)
    subject = SealedTextField(_("subject"), max_length=200, blank=True)
    body = SealedTextField(_("text"), max_length=4000, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    provider_ref = models.CharField(max_length=120, blank=True)
    # Channels that were passed over before this one: [{"medium": "WECHAT", "reason": "consent"}].
    tried = models.JSONField(default=list)
    # What the provider asks for it, in minor units; taken from the budget when it is claimed.
    cost_amount = models.IntegerField(_("cost"), default=0)
    queued_at = models.DateTimeField(_("queued"))
    not_before_at = models.DateTimeField(_("not before"))
    expires_at = models.DateTimeField(_("expires"))
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    # By a person, as far as can be told: machines that look into mails don't count.
    opened_at = models.DateTimeField(_("opened"), null=True)
    clicked_at = models.DateTimeField(_("clicked"), null=True)
    # When a person had a failed or unknown one sent again, at their own responsibility.
    sent_again_at = models.DateTimeField(_("sent again"), null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        permissions = [
            ("read_delivery", _("Can read the text of messages")),
            ("resend_delivery", _("Can have failed messages sent again")),
        ]
        constraints = [
            models.CheckConstraint(
                name="delivery_says_why_not",
                condition=~models.Q(state__in=["SKIPPED", "FAILED"]) | ~models.Q(reason=""),
            ),
            models.CheckConstraint(
                name="delivery_sent_at_an_instant",
                condition=~models.Q(state__in=["SENT", "DELIVERED"])
                | models.Q(sent_at__isnull=False),
            ),
        ]
        indexes = [
            # By campaign: the queue of a paused one doesn't stand in the way of others.
            models.Index(
                fields=["campaign", "not_before_at"],
                name="delivery_due",
                condition=models.Q(state="QUEUED"),
            ),
            models.Index(
                fields=["claimed_at"],
                name="delivery_claimed",
                condition=models.Q(state="CLAIMED"),
            ),
            models.Index(fields=["member", "-id"], name="delivery_member"),
            models.Index(
                fields=["member", "claimed_at"],
                name="delivery_contacts",
                condition=models.Q(claimed_at__isnull=False),
            ),
            models.Index(
                fields=["run", "state", "reason"],
                name="delivery_of_run",
                condition=models.Q(run__isnull=False),
            ),
            models.Index(
                fields=["enrollment"],
                name="delivery_of_enrollment",
                condition=models.Q(enrollment__isnull=False),
            ),
            # What waits for a person, however few of the many.
            models.Index(
                fields=["-id"],
                name="delivery_dead",
                condition=models.Q(state__in=["FAILED", "UNKNOWN"]),
            ),
            models.Index(
                fields=["provider_ref"],
                name="delivery_provider_ref",
                condition=~models.Q(provider_ref=""),
            ),
        ]

    def __str__(self) -> str:
        medium = dict(Consent.Medium.choices).get(self.medium, self.medium)
        return f"{medium} · {self.get_state_display()}"

    @property
    def has_text(self) -> bool:
        """Whether there is a text, told without opening it: an erased member's can't be."""
        body = cast("SealedTextField", self._meta.get_field("body"))
        held = body.value_from_object(self)
        return held is not None and held.raw != b""
