"""Facts: the member's timeline, analytics' history and the outbox, in one row each."""

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7


class Event(models.Model):
    """Something that happened, written in the same transaction as the fact. Append-only.

    The payload holds ids and figures, never personal data. `member` and `actor` carry no
    foreign key in the database: the check would lock the member's row on every order.
    """

    append_only = True

    uid = models.UUIDField(default=uuid7, editable=False)
    type = models.CharField(_("type"), max_length=60)
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="events",
    )
    occurred_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"))
    payload = models.JSONField(_("payload"), default=dict)
    actor = models.ForeignKey(
        "members.User",
        verbose_name=_("operator"),
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    source = models.CharField(_("source"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["member", "-id"], name="event_timeline"),
            BrinIndex(fields=["recorded_at"], name="event_recorded"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.uid}"


class Dispatch(models.Model):
    """An event still owed to one subscriber. Deleted when done; dead ones stay and are shown."""

    class State(models.TextChoices):
        PENDING = "PENDING", _("Waiting")
        DEAD = "DEAD", _("Dead")

    event = models.ForeignKey(
        "members.Event",
        verbose_name=_("event"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="dispatches",
    )
    subscriber = models.CharField(_("subscriber"), max_length=80)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"))
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("dispatch")
        verbose_name_plural = _("dispatches")
        indexes = [
            models.Index(
                fields=["subscriber", "next_at"],
                name="dispatch_due",
                condition=models.Q(state="PENDING"),
            ),
            models.Index(fields=["state"], name="dispatch_dead", condition=models.Q(state="DEAD")),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} ← {self.event_id}"
