"""Members who are logged in to a consumer app: sessions, tokens, and codes by SMS.

No token and no code is kept in clear: whoever reads this table can't come in with it.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7
from members.sealing.fields import SealedTextField


class MemberSession(models.Model):
    """One log-in on one device: the family of its tokens. Written by
    `members.services.member_sessions`; an old refresh token used again ends it."""

    class End(models.TextChoices):
        LOGGED_OUT = "LOGGED_OUT", _("Logged out")
        REUSED = "REUSED", _("An old token was used again")
        REVOKED = "REVOKED", _("Ended by staff")
        ERASED = "ERASED", _("Member erased")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="sessions",
    )
    client = models.ForeignKey(
        "members.ApiClient", verbose_name=_("app"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("logged in"))
    refreshed_at = models.DateTimeField(_("last used"))
    expires_at = models.DateTimeField(_("expires"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end = models.CharField(_("why"), max_length=10, choices=End, blank=True)

    class Meta:
        verbose_name = _("session of a member")
        verbose_name_plural = _("sessions of members")
        indexes = [
            models.Index(
                fields=["member"],
                name="member_session_open",
                condition=models.Q(ended_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return str(self.uid)


class MemberToken(models.Model):
    """One opaque token of a session, by its SHA-256: it has 256 random bits of its own."""

    class Kind(models.TextChoices):
        ACCESS = "ACCESS", _("Access")
        REFRESH = "REFRESH", _("Refresh")

    session = models.ForeignKey(
        "members.MemberSession", on_delete=models.CASCADE, related_name="tokens"
    )
    kind = models.CharField(max_length=7, choices=Kind)
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("token of a member")
        verbose_name_plural = _("tokens of members")
        indexes = [models.Index(fields=["expires_at"], name="member_token_age")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class OneTimeCode(models.Model):
    """A code sent by SMS, by its HMAC; five minutes, five tries, one use."""

    class Sending(models.TextChoices):
        TO_SEND = "TO_SEND", _("To be sent")
        SENT = "SENT", _("Sent")
        FAILED = "FAILED", _("Failed")
        UNKNOWN = "UNKNOWN", _("Not known whether it was sent")

    sealed_with = None

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    client = models.ForeignKey("members.ApiClient", on_delete=models.CASCADE, related_name="+")
    # The blind index of the phone: equal for equal phones, tells none.
    subject = models.BinaryField(max_length=32)
    # Sealed with the key of the house until it is sent, then emptied.
    phone = SealedTextField(max_length=32, blank=True)
    code = SealedTextField(max_length=12, blank=True)
    code_digest = models.BinaryField(max_length=32)
    sending = models.CharField(max_length=7, choices=Sending, default=Sending.TO_SEND)
    provider_id = models.CharField(max_length=80, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")
        indexes = [
            models.Index(fields=["subject", "-id"], name="one_time_code_subject"),
            models.Index(fields=["expires_at"], name="one_time_code_age"),
        ]
        constraints = [
            models.CheckConstraint(name="one_time_code_tries", condition=models.Q(tries__lte=5))
        ]

    def __str__(self) -> str:
        return str(self.uid)
