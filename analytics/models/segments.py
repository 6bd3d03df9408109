"""Groups of members, said by a condition or by hand; their versions and overrides."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.naming import Named


class Segment(Named):
    """A group of members. Written by `analytics.services.segments`.

    `members_count` and `built_at` are those of the last build that finished. A published one
    bears `tag`: rules at the till read tags, never segments.
    """

    class Kind(models.TextChoices):
        DYNAMIC = "DYNAMIC", _("Dynamic: judged anew at every refresh")
        STATIC = "STATIC", _("Static: as chosen, changed by hand")
        SNAPSHOT = "SNAPSHOT", _("Snapshot: never changes again")

    class Refresh(models.TextChoices):
        HOURLY = "HOURLY", _("Every hour")
        NIGHTLY = "NIGHTLY", _("Every night")
        BY_HAND = "BY_HAND", _("By hand")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    description = models.CharField(_("what it is for"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.DYNAMIC)
    condition = models.JSONField(_("who"), default=dict, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    refresh = models.CharField(
        _("refreshed"), max_length=8, choices=Refresh, default=Refresh.NIGHTLY
    )
    is_archived = models.BooleanField(_("archived"), default=False)
    tag = models.OneToOneField(
        "members.Tag",
        verbose_name=_("published as the tag"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="segment",
    )
    created_by = models.ForeignKey(
        "members.User",
        verbose_name=_("made by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(_("made"), editable=False)
    build = models.ForeignKey(
        "analytics.SegmentBuild",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    members_count = models.PositiveIntegerField(_("members"), null=True, editable=False)
    built_at = models.DateTimeField(_("as of"), null=True, editable=False)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        permissions = [
            ("export_segment", _("Can ask for a segment's members as a file")),
        ]


class SegmentVersion(models.Model):
    """What a segment's condition was, and who said so. Append-only."""

    append_only = True

    segment = models.ForeignKey(
        "analytics.Segment", on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField(_("version"))
    kind = models.CharField(_("kind"), max_length=8, choices=Segment.Kind)
    condition = models.JSONField(_("who"), default=dict)
    changed_by = models.ForeignKey(
        "members.User",
        verbose_name=_("changed by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("version of a segment")
        verbose_name_plural = _("versions of segments")
        constraints = [
            models.UniqueConstraint(fields=["segment", "number"], name="segment_version_once")
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.segment_id} v{self.number}"


class SegmentOverride(models.Model):
    """A member put into a segment, or kept out of it, by hand, whatever the condition says."""

    segment = models.ForeignKey(
        "analytics.Segment", on_delete=models.CASCADE, related_name="overrides"
    )
    member = models.ForeignKey("members.Member", on_delete=models.CASCADE, related_name="+")
    is_included = models.BooleanField(_("is in it"))
    changed_by = models.ForeignKey(
        "members.User",
        verbose_name=_("changed by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("member by hand")
        verbose_name_plural = _("members by hand")
        constraints = [
            models.UniqueConstraint(fields=["segment", "member"], name="segment_override_once")
        ]

    def __str__(self) -> str:
        return f"{self.segment_id} {self.member_id}"
