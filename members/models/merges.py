"""That one card was merged into another, and what moved: enough to take it back."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7


class MemberMerge(models.Model):
    """One merge. `moved` holds ids and figures by the code of the step that moved them; no
    personal data. Written by `members.services.merges`; taken back at most once."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    survivor = models.ForeignKey(
        "members.Member", verbose_name=_("survivor"), on_delete=models.PROTECT, related_name="+"
    )
    retired = models.ForeignKey(
        "members.Member", verbose_name=_("retired"), on_delete=models.PROTECT, related_name="+"
    )
    actor = models.ForeignKey(
        "members.User",
        verbose_name=_("operator"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    merged_at = models.DateTimeField(_("merged"))
    moved = models.JSONField(_("moved"), default=dict)
    undone_at = models.DateTimeField(_("taken back on"), null=True, blank=True)
    undone_by = models.ForeignKey(
        "members.User",
        verbose_name=_("taken back by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            # A card is retired by one merge at a time.
            models.UniqueConstraint(
                fields=["retired"],
                name="merge_in_force_once",
                condition=models.Q(undone_at__isnull=True),
            ),
            models.CheckConstraint(
                name="merge_of_two", condition=~models.Q(survivor=models.F("retired"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.retired.card_number} → {self.survivor.card_number}"
