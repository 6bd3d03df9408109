"""Addresses of the operator's own systems that journeys and push messages are told to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7
from members.models.naming import Named
from members.sealing.fields import SealedTextField


class WebhookEndpoint(Named):
    """An HTTPS address that takes signed posts. Source: https://www.standardwebhooks.com."""

    class Use(models.TextChoices):
        STEP = "STEP", _("Steps of journeys")
        PUSH = "PUSH", _("Push messages")

    sealed_with = None

    code = models.SlugField(_("code"), max_length=40, unique=True)
    use = models.CharField(_("for"), max_length=4, choices=Use, default=Use.STEP)
    url = models.URLField(_("address"), max_length=300)
    # Two while it is changed: both sign. Newest first, each `whsec_…`, one a line.
    secrets = SealedTextField(_("secrets"), max_length=200)
    is_active = models.BooleanField(_("active"), default=True)
    # When it answered that it is gone, and was switched off for it; empty once a person has it on.
    gone_at = models.DateTimeField(_("was gone"), null=True, editable=False)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("webhook address")
        verbose_name_plural = _("webhook addresses")


class StepCall(models.Model):
    """One post of a step to an endpoint: an outbox row, sent at least once until it is taken,
    with the same id each time so that the receiver can tell a repeat."""

    class State(models.TextChoices):
        QUEUED = "QUEUED", _("Queued")
        CLAIMED = "CLAIMED", _("Being sent")
        SENT = "SENT", _("Taken")
        DEAD = "DEAD", _("Failed")
        KILLED = "KILLED", _("Stopped")

    uid = models.UUIDField(_("id"), default=uuid7, unique=True, editable=False)
    endpoint = models.ForeignKey(
        "campaigns.WebhookEndpoint",
        verbose_name=_("webhook address"),
        on_delete=models.PROTECT,
        related_name="calls",
    )
    enrollment = models.ForeignKey(
        "campaigns.Enrollment", on_delete=models.PROTECT, db_index=False, related_name="calls"
    )
    step = models.CharField(_("step"), max_length=12)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"))
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("taken"), null=True)
    # "HTTP 503", "ConnectError": never what was answered.
    last_error = models.CharField(_("last error"), max_length=80, blank=True, default="")
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("call of a step")
        verbose_name_plural = _("calls of steps")
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "step"], name="step_call_once")
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                name="step_call_due",
                condition=models.Q(state__in=["QUEUED", "CLAIMED"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.endpoint_id} {self.state}"
