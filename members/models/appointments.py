"""Appointments in stores: booking, reminder, no-show."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7
from members.models.naming import Named


class AppointmentKind(Named):
    """What can be booked, how long it takes, and how many a store can do at once."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=30)
    places = models.PositiveSmallIntegerField(
        _("places at once"), default=1, help_text=_("How many a store can serve at one time.")
    )
    reminder_hours = models.PositiveSmallIntegerField(_("reminder, hours before"), default=24)
    no_show_minutes = models.PositiveSmallIntegerField(
        _("no-show, minutes after"),
        default=60,
        help_text=_("Who isn't marked as arrived so long after the end didn't come."),
    )
    is_active = models.BooleanField(_("can be booked"), default=True)

    class Meta:
        verbose_name = _("kind of appointment")
        verbose_name_plural = _("kinds of appointments")


class Appointment(models.Model):
    """One booking: half-open [starts_at, ends_at). Written by `members.services.appointments`."""

    class State(models.TextChoices):
        BOOKED = "BOOKED", _("Booked")
        ARRIVED = "ARRIVED", _("Arrived")
        DONE = "DONE", _("Done")
        NO_SHOW = "NO_SHOW", _("Didn't come")
        CANCELED = "CANCELED", _("Canceled")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="appointments",
    )
    kind = models.ForeignKey(
        "members.AppointmentKind", verbose_name=_("kind"), on_delete=models.PROTECT
    )
    store = models.ForeignKey("members.Store", verbose_name=_("store"), on_delete=models.PROTECT)
    guide = models.CharField(_("guide"), max_length=40, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.BOOKED)
    source = models.CharField(_("source"), max_length=40, blank=True)
    external_id = models.CharField(_("number there"), max_length=80, blank=True)
    booked_at = models.DateTimeField(_("booked"))
    booked_by = models.ForeignKey(
        "members.User",
        verbose_name=_("recorded by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                name="appointment_sent_once",
                condition=~models.Q(external_id=""),
            ),
            models.CheckConstraint(
                name="appointment_takes_time",
                condition=models.Q(ends_at__gt=models.F("starts_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["store", "starts_at"], name="appointment_store"),
            models.Index(fields=["member", "-starts_at"], name="appointment_member"),
            models.Index(
                fields=["starts_at"],
                name="appointment_ahead",
                condition=models.Q(state="BOOKED"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uid}"
