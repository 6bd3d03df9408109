"""Messages to members: each a row with its state and its reason."""

from typing import cast

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7
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
        SKIPPED = "SKIPPED", _("Not sent")
        FAILED = "FAILED", _("Failed")
        EXPIRED = "EXPIRED", _("Expired")
        UNKNOWN = "UNKNOWN", _("Unknown")

    class Reason(models.TextChoices):
        """The gate's reasons in its order, then what can happen on the way out."""

        CAMPAIGN_STATE = "campaign_state", _("The campaign is not running")
        MEMBER_STATE = "member_state", _("The member can't be written to")
        CONSENT = "consent", _("No consent")
        GUARDIAN = "guardian", _("A parent has to agree first")
        ADDRESS = "address", _("No address for this channel")
        QUIET_HOURS = "quiet_hours", _("Waiting for the end of the quiet hours")
        EXPIRED = "expired", _("Too late")
        MISSING_VARIABLE = "missing_variable", _("The text can't be written from what is known")
        UNREACHABLE = "unreachable", _("The provider can't be reached")
        REFUSED = "refused", _("The provider refused it")
        NO_ANSWER = "no_answer", _("The provider's answer was lost")
        SENDER_DIED = "sender_died", _("The sender stopped on the way")

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
    queued_at = models.DateTimeField(_("queued"))
    not_before_at = models.DateTimeField(_("not before"))
    expires_at = models.DateTimeField(_("expires"))
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    read_at = models.DateTimeField(_("read"), null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        permissions = [("read_delivery", _("Can read the text of messages"))]
        indexes = [
            models.Index(
                fields=["not_before_at"],
                name="delivery_due",
                condition=models.Q(state="QUEUED"),
            ),
            models.Index(
                fields=["claimed_at"],
                name="delivery_claimed",
                condition=models.Q(state="CLAIMED"),
            ),
            models.Index(fields=["member", "-id"], name="delivery_member"),
        ]

    def __str__(self) -> str:
        return f"{self.medium} {self.state}"

    @property
    def has_text(self) -> bool:
        """Whether there is a text, told without opening it: an erased member's can't be."""
        body = cast("SealedTextField", self._meta.get_field("body"))
        held = body.value_from_object(self)
        return held is not None and held.raw != b""
