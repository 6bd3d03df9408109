"""What a person asks of us by right, with a clock, and what was done about it."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7
from members.sealing.fields import SealedJSONField, SealedTextField


class PrivacyRequest(models.Model):
    """One request of a member. Written by `members.services.privacy_requests`.

    `due_on` is the last day by which it must be answered, counted when it came in from the
    settings in force then. `result` holds counts and codes only: it outlives an erasure.
    """

    class Kind(models.TextChoices):
        ACCESS = "ACCESS", _("Access: what is known")
        EXPORT = "EXPORT", _("Export: take it along")
        CORRECTION = "CORRECTION", _("Correction")
        DELETION = "DELETION", _("Deletion")
        RESTRICTION = "RESTRICTION", _("Restriction")
        LIFT_RESTRICTION = "LIFT_RESTRICTION", _("End of a restriction")
        NO_PROFILING = "NO_PROFILING", _("No profiling")

    class State(models.TextChoices):
        RECEIVED = "RECEIVED", _("Received")
        VERIFIED = "VERIFIED", _("Identity checked")
        RUNNING = "RUNNING", _("Being done")
        DONE = "DONE", _("Done")
        REFUSED = "REFUSED", _("Refused")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    sealed_with = "member"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="privacy_requests",
    )
    kind = models.CharField(_("right"), max_length=16, choices=Kind)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.RECEIVED)
    details = SealedJSONField(_("what is asked"), null=True)
    source = models.CharField(_("came by"), max_length=60)
    external_id = models.CharField(_("number there"), max_length=80, blank=True)
    received_at = models.DateTimeField(_("received"))
    due_on = models.DateField(_("due"))
    # "30 d" or "15 wd": the clock as it was set when the request came in.
    clock = models.CharField(_("clock"), max_length=12)
    taken_by = models.ForeignKey(
        "members.User",
        verbose_name=_("taken by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    verified_how = models.CharField(_("identity checked by"), max_length=60, blank=True)
    verified_at = models.DateTimeField(_("identity checked"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "members.User",
        verbose_name=_("done by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    refusal = models.CharField(_("why refused"), max_length=300, blank=True)
    result = models.JSONField(_("what was done"), default=dict)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("privacy request")
        verbose_name_plural = _("privacy requests")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                name="privacy_request_sent_once",
                condition=~models.Q(external_id=""),
            ),
            models.UniqueConstraint(
                fields=["member", "kind"],
                name="privacy_request_open_once",
                condition=models.Q(state__in=["RECEIVED", "VERIFIED", "RUNNING"]),
            ),
            models.CheckConstraint(
                name="privacy_refusal_says_why",
                condition=~models.Q(state="REFUSED") | ~models.Q(refusal=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                name="privacy_request_open",
                condition=models.Q(state__in=["RECEIVED", "VERIFIED", "RUNNING"]),
            ),
            models.Index(fields=["member", "-id"], name="privacy_request_member"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class PrivacyFile(models.Model):
    """The package of an export, sealed with the member's key, until it is fetched or too old."""

    sealed_with = "member"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    request = models.ForeignKey(
        "members.PrivacyRequest", on_delete=models.PROTECT, related_name="files"
    )
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("file"), max_length=120)
    # A ZIP as base64: sealed fields hold text.
    content = SealedTextField(_("content"), blank=True)
    size_bytes = models.PositiveBigIntegerField(_("size, bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    made_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("kept until"))
    fetched_at = models.DateTimeField(_("fetched"), null=True, blank=True)

    class Meta:
        verbose_name = _("package of personal data")
        verbose_name_plural = _("packages of personal data")

    def __str__(self) -> str:
        return self.name


class Erasure(models.Model):
    """That a member was erased, for the certificate and for replay after a restore.

    Append-only. `counts` says by step of which app how many rows were emptied or removed;
    `digest` is the SHA-256 of the certificate's text.
    """

    append_only = True

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    member_id = models.BigIntegerField(unique=True)
    member_uid = models.UUIDField(unique=True)
    request = models.ForeignKey(
        "members.PrivacyRequest",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="erasures",
    )
    counts = models.JSONField(_("what was removed"), default=dict)
    digest = models.CharField(_("digest of the certificate"), max_length=64)
    actor = models.ForeignKey(
        "members.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    erased_at = models.DateTimeField(_("erased"))

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return str(self.uid)


class Holiday(models.Model):
    """A day that is not as its weekday says: a holiday, or a Saturday that is worked."""

    day = models.DateField(_("day"), unique=True)
    is_working = models.BooleanField(_("worked"), default=False)
    name = models.CharField(_("name"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays and worked weekends")

    def __str__(self) -> str:
        return f"{self.day}"


class PrivacyClock(models.Model):
    """How long a kind of request may take. Changing it moves no request that came before."""

    class Unit(models.TextChoices):
        DAYS = "DAYS", _("Calendar days")
        WORKING_DAYS = "WORKING_DAYS", _("Working days")

    kind = models.CharField(_("right"), max_length=16, choices=PrivacyRequest.Kind, unique=True)
    count = models.PositiveSmallIntegerField(_("how many"))
    unit = models.CharField(_("days"), max_length=12, choices=Unit)
    warn_days = models.PositiveSmallIntegerField(_("warn, days before"), default=5)

    class Meta:
        verbose_name = _("clock of privacy requests")
        verbose_name_plural = _("clocks of privacy requests")

    def __str__(self) -> str:
        return self.get_kind_display()
