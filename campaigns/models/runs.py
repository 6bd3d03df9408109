"""Runs: each occurrence of a campaign, with the audience that it froze."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7


class Run(models.Model):
    """One occurrence of a campaign, or all that comes by events under one version.

    `key` names the occurrence (its instant, or the version), so that two workers which find it
    due begin it once. `members_count` is the snapshot's size, frozen with `frozen_at`. It can't
    finish before each of its members has ended: a trigger of the database counts them.
    """

    class Kind(models.TextChoices):
        FROZEN = "FROZEN", _("With an audience frozen at its beginning")
        STANDING = "STANDING", _("Members come in one by one")

    class State(models.TextChoices):
        FREEZING = "FREEZING", _("The audience is being frozen")
        RUNNING = "RUNNING", _("Running")
        FINISHED = "FINISHED", _("Finished")
        KILLED = "KILLED", _("Stopped")
        MISSED = "MISSED", _("Left out: found too late")

    LIVE = (State.FREEZING, State.RUNNING)

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        verbose_name=_("campaign"),
        on_delete=models.PROTECT,
        related_name="runs",
    )
    version = models.ForeignKey(
        "campaigns.CampaignVersion", on_delete=models.PROTECT, related_name="+"
    )
    key = models.CharField(max_length=60)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.FREEZING)
    due_at = models.DateTimeField(_("due"))
    started_at = models.DateTimeField(_("began"))
    frozen_at = models.DateTimeField(_("audience frozen"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    members_count = models.PositiveIntegerField(_("members"), default=0)
    # Whose rows grew too old to be kept: with those that are there all who came.
    removed_count = models.PositiveIntegerField(_("members removed since"), default=0)
    # Where freezing and planning go on after a break: ids of members, and of enrollments.
    frozen_up_to_id = models.BigIntegerField(default=0, editable=False)
    planned_up_to_id = models.BigIntegerField(default=0, editable=False)
    job = models.ForeignKey(
        "members.Job", verbose_name=_("job"), on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "key"], name="campaign_run_once"),
        ]
        indexes = [
            models.Index(
                fields=["state"],
                name="campaign_run_live",
                condition=models.Q(state__in=["FREEZING", "RUNNING"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.key}"
