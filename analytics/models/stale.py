"""What has changed since the roll-ups were last brought up to date."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StaleMember(models.Model):
    """A member whose months, purchase days and metrics are to be computed anew. Marked in the
    transaction that changed the member's days; taken away in the one that brings them up to date.
    """

    member = models.OneToOneField(
        "members.Member",
        on_delete=models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,
        related_name="+",
    )

    class Meta:
        verbose_name = _("member to compute anew")
        verbose_name_plural = _("members to compute anew")

    def __str__(self) -> str:
        return f"{self.member_id}"


class StaleDay(models.Model):
    """A day whose figures are to be computed anew; marked and taken away as a member is."""

    day = models.DateField(_("day"), primary_key=True)

    class Meta:
        verbose_name = _("day to compute anew")
        verbose_name_plural = _("days to compute anew")

    def __str__(self) -> str:
        return f"{self.day}"


class StalePoints(models.Model):
    """Points that moved since the days' points were last brought up to date: sums of what one
    statement wrote into the ledger. Written by the database itself, in the transaction of the
    entries (migrations/sql/stale_points.sql); taken away in the one that adds them up.

    `moved_at` is the quarter of an hour in which they moved: whatever the zone, a day is a
    whole number of those.
    """

    moved_at = models.DateTimeField(_("moved"))
    kind = models.CharField(_("kind"), max_length=12)
    reason = models.CharField(_("reason"), max_length=40)
    points = models.BigIntegerField(_("points"))
    entries_count = models.IntegerField(_("entries"))

    class Meta:
        verbose_name = _("points to add up")
        verbose_name_plural = _("points to add up")

    def __str__(self) -> str:
        return f"{self.moved_at} {self.kind} {self.points:+d}"
