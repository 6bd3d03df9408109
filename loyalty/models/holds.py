"""Points that a checkout keeps aside: captured, released or timed out, each exactly once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7


class Hold(models.Model):
    """A promise of points. From `expires_at` on it holds nothing, whether or not a job has run."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("Open")
        CAPTURED = "CAPTURED", _("Captured")
        RELEASED = "RELEASED", _("Released")
        EXPIRED = "EXPIRED", _("Timed out")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(_("number"), max_length=80)
    fingerprint = models.BinaryField(max_length=32)
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="holds",
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    points = models.BigIntegerField(_("points"))
    captured_points = models.BigIntegerField(_("captured"), default=0)
    store_id = models.BigIntegerField(null=True)
    order_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(_("since"))
    expires_at = models.DateTimeField(_("until"))
    resolved_at = models.DateTimeField(_("resolved"), null=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="hold_made_once"),
            models.CheckConstraint(
                name="hold_captured_within_bounds",
                condition=models.Q(
                    points__gt=0, captured_points__gte=0, captured_points__lte=models.F("points")
                ),
            ),
            models.CheckConstraint(
                name="hold_resolved_once",
                condition=models.Q(state="OPEN", resolved_at__isnull=True, captured_points=0)
                | (~models.Q(state="OPEN") & models.Q(resolved_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["member"], name="hold_open", condition=models.Q(state="OPEN")),
            # For merges and as-of reads, which ask for all of a member's.
            models.Index(fields=["member"], name="hold_of_member"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.points}"


class HoldPart(models.Model):
    """Points of one lot that a hold pins. Never changed."""

    hold = models.ForeignKey("loyalty.Hold", on_delete=models.PROTECT, related_name="parts")
    lot_id = models.BigIntegerField()
    points = models.BigIntegerField(_("points"))

    class Meta:
        verbose_name = _("part of a hold")
        verbose_name_plural = _("parts of holds")
        constraints = [
            models.UniqueConstraint(fields=["hold", "lot_id"], name="hold_pins_a_lot_once"),
            models.CheckConstraint(name="hold_part_has_points", condition=models.Q(points__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.points}"
