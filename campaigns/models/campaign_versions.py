"""What was approved: steps, texts and worth of a campaign, as they stay for whoever came in."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty.models.prizes import Prize


class CampaignVersion(models.Model):
    """A campaign's content at its approval. Append-only: a member who came in by one keeps it.

    `content` is what the hash binds of it: {"steps", "exits", "goal_event", "arms",
    "control_share", "texts": {template code: its texts}, "audience": {"segment", "condition",
    "stores", "definitions"}, "definitions"}; `definitions` are prints of the segments and tags that
    the audience, and branches, ask for. Source: campaigns/services/campaign_versions.py.
    """

    append_only = True

    campaign = models.ForeignKey(
        "campaigns.Campaign", on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField(_("version"))
    content = models.JSONField(_("content"))
    content_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("version of a campaign")
        verbose_name_plural = _("versions of campaigns")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="campaign_version_once")
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} v{self.number}"


class CampaignPrize(Prize):
    """What a step of a version gives: the worth, tied to what it is by the database."""

    append_only = True

    version = models.ForeignKey(
        "campaigns.CampaignVersion", on_delete=models.PROTECT, related_name="prizes"
    )
    step = models.CharField(_("step"), max_length=12)

    class Meta(Prize.Meta):
        verbose_name = _("gift of a campaign")
        verbose_name_plural = _("gifts of campaigns")
        constraints = [
            *Prize.Meta.constraints,
            models.UniqueConstraint(fields=["version", "step"], name="campaign_prize_once"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]
