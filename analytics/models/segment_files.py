"""The members of a segment as a file, for some days, for whoever was allowed to have it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7
from members.sealing.fields import SealedTextField


class SegmentFile(models.Model):
    """A CSV that a second person approved, sealed with the key of the house until it is too old.

    Without content (`size_bytes` 0) it isn't made yet, or was emptied: by age, or because a member
    in it was erased.
    """

    sealed_with = None

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    segment = models.ForeignKey(
        "analytics.Segment",
        verbose_name=_("segment"),
        on_delete=models.PROTECT,
        related_name="files",
    )
    columns = models.JSONField(_("columns"), default=list)
    requested_by = models.ForeignKey(
        "members.User",
        verbose_name=_("asked by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    job = models.ForeignKey(
        "members.Job", verbose_name=_("job"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(_("approved"))
    name = models.CharField(_("file"), max_length=120, blank=True)
    content = SealedTextField(_("content"), blank=True)
    size_bytes = models.PositiveBigIntegerField(_("size, bytes"), default=0)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    members_count = models.PositiveIntegerField(_("members"), null=True)
    made_at = models.DateTimeField(_("made"), null=True)
    expires_at = models.DateTimeField(_("kept until"), null=True)
    fetched_at = models.DateTimeField(_("fetched"), null=True)

    class Meta:
        verbose_name = _("file of a segment")
        verbose_name_plural = _("files of segments")
        indexes = [models.Index(fields=["segment", "-id"], name="files_of_segment")]

    def __str__(self) -> str:
        return self.name or str(self.uid)
