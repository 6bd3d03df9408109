"""Breaches of personal data, with the clocks that the law sets."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7
from members.sealing.fields import SealedTextField


class Breach(models.Model):
    """One breach, from its discovery on. Written by `members.services.breaches`."""

    class Severity(models.TextChoices):
        LOW = "LOW", _("Low")
        MEDIUM = "MEDIUM", _("Medium")
        HIGH = "HIGH", _("High")

    class State(models.TextChoices):
        OPEN = "OPEN", _("Not contained")
        CONTAINED = "CONTAINED", _("Contained")
        CLOSED = "CLOSED", _("Closed")

    sealed_with = None

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=120)
    description = SealedTextField(_("what happened"), max_length=4_000)
    severity = models.CharField(_("severity"), max_length=6, choices=Severity)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    categories = models.JSONField(_("which data"), default=list, blank=True)
    affected_count = models.PositiveIntegerField(_("members affected"), null=True, blank=True)
    occurred_at = models.DateTimeField(_("happened"), null=True, blank=True)
    discovered_at = models.DateTimeField(_("discovered"))
    recorded_at = models.DateTimeField(_("recorded"))
    contained_at = models.DateTimeField(_("contained"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        "members.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("breach")
        verbose_name_plural = _("breach register")

    def __str__(self) -> str:
        return self.title


class BreachDuty(models.Model):
    """What a breach obliges to, and until when: 4 h, 24 h, 72 h after its discovery."""

    class Kind(models.TextChoices):
        AUTHORITY_FIRST = "AUTHORITY_FIRST", _("First report to the authority")
        MANAGEMENT = "MANAGEMENT", _("Tell the management")
        AUTHORITY = "AUTHORITY", _("Report to the authority")
        MEMBERS = "MEMBERS", _("Tell the members")

    breach = models.ForeignKey("members.Breach", on_delete=models.PROTECT, related_name="duties")
    kind = models.CharField(_("duty"), max_length=16, choices=Kind)
    hours = models.PositiveSmallIntegerField(_("hours"))
    due_at = models.DateTimeField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        "members.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("duty of a breach")
        verbose_name_plural = _("duties of breaches")
        constraints = [models.UniqueConstraint(fields=["breach", "kind"], name="breach_duty_once")]

    def __str__(self) -> str:
        return self.get_kind_display()


class BreachClock(models.Model):
    """Which duties a breach of a severity has, in how many hours."""

    severity = models.CharField(_("severity"), max_length=6, choices=Breach.Severity)
    kind = models.CharField(_("duty"), max_length=16, choices=BreachDuty.Kind)
    hours = models.PositiveSmallIntegerField(_("hours"))

    class Meta:
        verbose_name = _("clock of breaches")
        verbose_name_plural = _("clocks of breaches")
        constraints = [
            models.UniqueConstraint(fields=["severity", "kind"], name="breach_clock_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_severity_display()} {self.get_kind_display()}"
