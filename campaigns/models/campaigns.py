"""Campaigns: what is said to whom, when what happened."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.naming import Named


class Campaign(Named):
    """A message that a member's event triggers, through the gate, on one or more media."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        RUNNING = "RUNNING", _("Running")
        PAUSED = "PAUSED", _("Paused")
        FINISHED = "FINISHED", _("Finished")
        KILLED = "KILLED", _("Stopped")

    # What hears of events: a paused campaign records why it said nothing.
    LIVE = (State.RUNNING, State.PAUSED)

    code = models.SlugField(_("code"), max_length=60, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    trigger_type = models.CharField(
        _("trigger"), max_length=60, help_text=_("The event that starts it.")
    )
    template = models.ForeignKey(
        "campaigns.MessageTemplate", verbose_name=_("template"), on_delete=models.PROTECT
    )
    purpose = models.CharField(
        _("purpose"),
        max_length=12,
        default="MARKETING",
        help_text=_("The consent that a member must have given."),
    )
    media = models.JSONField(_("channels"), default=list)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    expires_hours = models.PositiveSmallIntegerField(
        _("expires after, hours"),
        default=48,
        help_text=_("A message not sent by then is dropped, so that a late one never floods."),
    )

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
