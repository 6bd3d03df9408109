"""Tags that a rule puts on members and takes away again."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TagRule(models.Model):
    """Who bears a tag: those of whom `condition` is true, looked at every night."""

    tag = models.OneToOneField(
        "members.Tag", verbose_name=_("tag"), on_delete=models.PROTECT, related_name="rule"
    )
    condition = models.JSONField(_("who"), default=dict)
    is_active = models.BooleanField(_("in force"), default=True)
    last_run_at = models.DateTimeField(_("last run"), null=True, blank=True)
    added_count = models.PositiveIntegerField(_("added last time"), default=0)
    removed_count = models.PositiveIntegerField(_("taken away last time"), default=0)

    class Meta:
        verbose_name = _("rule of a tag")
        verbose_name_plural = _("rules of tags")

    def __str__(self) -> str:
        return f"{self.tag}"
