"""What staff should know of a member, sealed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.sealing.fields import SealedTextField


class MemberNote(models.Model):
    """A note on a member. Never changed: taken away (`ended_at`) and written anew."""

    sealed_with = "member"

    member = models.ForeignKey(
        "members.Member", verbose_name=_("member"), on_delete=models.PROTECT, related_name="notes"
    )
    text = SealedTextField(_("note"), max_length=1_000)
    is_pinned = models.BooleanField(_("shown at the counter"), default=False)
    author = models.ForeignKey(
        "members.User", verbose_name=_("written by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("written"))
    ended_at = models.DateTimeField(_("taken away"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "members.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [
            models.Index(
                fields=["member", "-id"],
                name="note_in_force",
                condition=models.Q(ended_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
