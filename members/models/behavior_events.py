"""What members do in channels: many small facts, kept for a while."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BehaviorEvent(models.Model):
    """One behavior of a member (or of a visitor not known yet) in a channel.

    Written by `members.services.behavior_events`; (client's source, external id) counts once;
    erased with the member and by the retention. Attributes are codes and figures, never
    personal data. Source: docs/algorithms/behavior-events.md.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(_("id there"), max_length=64)
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    # A visitor's own id in the channel, so that what they did before registering finds them.
    visitor = models.CharField(_("visitor"), max_length=64, blank=True)
    # The channel didn't say who it was: a later event of the same visitor did.
    is_adopted = models.BooleanField(_("known by the visitor"), default=False)
    kind = models.CharField(_("behavior"), max_length=24)
    object = models.CharField(_("object"), max_length=80, blank=True)
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    store = models.ForeignKey(
        "members.Store",
        verbose_name=_("store"),
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    dwell_seconds = models.PositiveIntegerField(_("dwell, seconds"), null=True, blank=True)
    attributes = models.JSONField(_("attributes"), default=dict)
    # Tells a repeat from another event under the same id; over blind indexes, never a clear phone.
    fingerprint = models.BinaryField(max_length=32, default=b"", editable=False)
    occurred_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("behavior event")
        verbose_name_plural = _("behavior events")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="behavior_event_once")
        ]
        indexes = [
            models.Index(
                fields=["member", "-occurred_at", "-id"],
                name="behavior_event_member",
                condition=models.Q(member__isnull=False),
            ),
            models.Index(
                fields=["source", "visitor", "occurred_at"],
                name="behavior_event_visitor",
                condition=~models.Q(visitor=""),
            ),
            models.Index(fields=["occurred_at"], name="behavior_event_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
