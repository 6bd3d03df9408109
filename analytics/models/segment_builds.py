"""The building of segments: who is in, since when, and who came and went with each build."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7


class SegmentBuild(models.Model):
    """One judging of everybody by one version of a segment, as of one instant.

    A build that a later one overtook is superseded and writes nothing any more; the newest one
    that finished is the segment's.
    """

    class State(models.TextChoices):
        QUEUED = "QUEUED", _("Queued")
        RUNNING = "RUNNING", _("Running")
        DONE = "DONE", _("Done")
        FAILED = "FAILED", _("Failed")
        SUPERSEDED = "SUPERSEDED", _("Superseded")
        CANCELED = "CANCELED", _("Canceled")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    segment = models.ForeignKey(
        "analytics.Segment", on_delete=models.CASCADE, related_name="builds"
    )
    version = models.PositiveIntegerField(_("version"))
    as_of_at = models.DateTimeField(_("as of"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    job = models.ForeignKey(
        "members.Job", verbose_name=_("job"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("asked"))
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    members_count = models.PositiveIntegerField(_("members"), null=True)
    entered_count = models.PositiveIntegerField(_("came"), null=True)
    left_count = models.PositiveIntegerField(_("went"), null=True)
    message = models.TextField(_("message"), blank=True)

    class Meta:
        verbose_name = _("build of a segment")
        verbose_name_plural = _("builds of segments")
        indexes = [models.Index(fields=["segment", "-id"], name="builds_of_segment")]

    def __str__(self) -> str:
        return f"{self.segment_id} {self.as_of_at}"


class SegmentMember(models.Model):
    """A member who is in a segment since the build as of `since_at`."""

    segment = models.ForeignKey(
        "analytics.Segment", on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    member = models.ForeignKey(
        "members.Member",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    since_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("member of a segment")
        verbose_name_plural = _("members of segments")
        constraints = [
            models.UniqueConstraint(fields=["segment", "member"], name="segment_member_once")
        ]
        indexes = [models.Index(fields=["member"], name="segments_of_member")]

    def __str__(self) -> str:
        return f"{self.segment_id} {self.member_id}"


class SegmentMove(models.Model):
    """A member came into a segment or left it with a build. Kept for a while."""

    build = models.ForeignKey(
        "analytics.SegmentBuild", on_delete=models.CASCADE, db_index=False, related_name="moves"
    )
    member = models.ForeignKey(
        "members.Member",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    is_entry = models.BooleanField(_("came"))

    class Meta:
        verbose_name = _("coming or going")
        verbose_name_plural = _("comings and goings")
        constraints = [
            models.UniqueConstraint(fields=["build", "member"], name="segment_move_once")
        ]
        indexes = [models.Index(fields=["member"], name="segment_moves_of_member")]

    def __str__(self) -> str:
        return f"{self.build_id} {self.member_id}"


class SegmentHit(models.Model):
    """A member of whom a build at work found the condition true. Gone once the build is over."""

    build = models.ForeignKey(
        "analytics.SegmentBuild", on_delete=models.CASCADE, db_index=False, related_name="hits"
    )
    member = models.ForeignKey(
        "members.Member",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        verbose_name = _("member found by a build")
        verbose_name_plural = _("members found by builds")
        constraints = [models.UniqueConstraint(fields=["build", "member"], name="segment_hit_once")]
        indexes = [models.Index(fields=["member"], name="segment_hits_of_member")]

    def __str__(self) -> str:
        return f"{self.build_id} {self.member_id}"
