"""Campaigns: who is told or given what, when, and within which guard-rails."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.naming import Named

# Why the product itself pauses a campaign.
_PAUSED_BY_US = {
    "audience_grew": _("its audience is larger than what was approved"),
    "costs_more": _("its gifts may cost more than was approved"),
    "redefined": _("a segment or a tag that it reads means others than when it was approved"),
    "not_as_approved": _("it is no longer what was approved"),
    "run_failed": _("its run failed five times; the job says why"),
}
_SHARE = [MinValueValidator(0), MaxValueValidator(5_000)]


class Campaign(Named):
    """What is done about members: an entry, a flow of steps, and guard-rails.

    Written by `campaigns.services.campaigns`. What members get is never read from here once it is
    approved, but from `version`, which doesn't change any more. Shares are hundredths of a
    percent, amounts minor units.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        IN_REVIEW = "IN_REVIEW", _("Waits for approval")
        APPROVED = "APPROVED", _("Approved")
        SCHEDULED = "SCHEDULED", _("Scheduled")
        RUNNING = "RUNNING", _("Running")
        PAUSED = "PAUSED", _("Paused")
        FINISHED = "FINISHED", _("Finished")
        KILLED = "KILLED", _("Stopped")

    class Goal(models.TextChoices):
        ACQUIRE = "ACQUIRE", _("Win new members")
        ACTIVATE = "ACTIVATE", _("Bring them to the first order")
        RETAIN = "RETAIN", _("Keep them buying")
        UPGRADE = "UPGRADE", _("Lift them to a higher tier")
        REFER = "REFER", _("Let them recommend")
        WIN_BACK = "WIN_BACK", _("Win them back")
        SERVICE = "SERVICE", _("Serve them")

    class Entry(models.TextChoices):
        NOW = "NOW", _("Once, at once")
        AT = "AT", _("Once, at a time")
        RECURRING = "RECURRING", _("Again and again, at times")
        EVENT = "EVENT", _("When something happens")
        DATE = "DATE", _("On a member's date")
        STATE = "STATE", _("When a member comes to be so")

    class Late(models.TextChoices):
        SEND = "SEND", _("Send it all the same")
        SKIP = "SKIP", _("Leave it out")

    class CapPolicy(models.TextChoices):
        DROP = "DROP", _("Leave the message out")
        DEFER = "DEFER", _("Send it when there is room again")
        FALL_BACK = "FALL_BACK", _("Take the next channel")

    # What hears of events: a paused campaign records why it said nothing.
    LIVE = (State.RUNNING, State.PAUSED)
    # Of these messages go out: of one that is over those that a person has sent again.
    SENDING = (State.RUNNING, State.FINISHED)
    # What can be stopped for good.
    KILLABLE = (State.IN_REVIEW, State.APPROVED, State.SCHEDULED, State.RUNNING, State.PAUSED)
    # Entries of which each occurrence freezes an audience; the others come one by one.
    IN_RUNS = (Entry.NOW, Entry.AT, Entry.RECURRING, Entry.DATE, Entry.STATE)

    code = models.SlugField(_("code"), max_length=60, unique=True)
    description = models.CharField(_("what it is for"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    goal = models.CharField(_("goal"), max_length=10, choices=Goal, default=Goal.RETAIN)
    recipe = models.CharField(_("recipe"), max_length=40, blank=True, editable=False)
    # The wizard's step that was last saved, 1 to 5.
    wizard_step = models.PositiveSmallIntegerField(default=1, editable=False)

    # Who comes in, and when. `entry_rule`: campaigns/rules/entries.py.
    entry = models.CharField(_("begins"), max_length=9, choices=Entry, default=Entry.NOW)
    entry_rule = models.JSONField(_("when"), default=dict, blank=True)
    segment = models.ForeignKey(
        "analytics.Segment",
        verbose_name=_("segment"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Whom it is for. Empty: whoever meets the condition."),
    )
    condition = models.JSONField(_("who"), default=dict, blank=True)
    stores = models.ManyToManyField(
        "members.Store",
        verbose_name=_("stores"),
        blank=True,
        help_text=_("Members of these stores only, to try it out there. None chosen: all."),
    )
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    re_entry_days = models.PositiveSmallIntegerField(
        _("again after, days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_("When the same member may come in again. Empty: once only."),
    )

    # The draft of the flow. `steps`: campaigns/rules/journeys.py.
    steps = models.JSONField(_("steps"), default=list, blank=True)
    # [{"event": type, "same": "product"|"order"|""}]: what ends it for a member, at once.
    exits = models.JSONField(_("ends for a member when"), default=list, blank=True)
    goal_event = models.CharField(_("it has worked when"), max_length=60, blank=True)
    goal_days = models.PositiveSmallIntegerField(
        _("counted for days"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("How long after coming in what a member does is counted as the effect."),
    )
    is_over_at_goal = models.BooleanField(_("the goal ends it"), default=True)
    version = models.ForeignKey(
        "campaigns.CampaignVersion",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )

    # Arms: [{"code": "a", "share": 5000}, …] with `control_share` make 10,000.
    arms = models.JSONField(_("variants"), default=list, blank=True)
    control_share = models.PositiveSmallIntegerField(
        _("held out"),
        default=0,
        validators=_SHARE,
        help_text=_("In hundredths of a percent: 1000 is 10 %. They get nothing, for comparison."),
    )
    salt = models.CharField(max_length=40, blank=True, editable=False)

    # Guard-rails.
    purpose = models.CharField(
        _("purpose"),
        max_length=12,
        default="MARKETING",
        help_text=_("The consent that a member must have given."),
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text=_("1 to 9; of two campaigns for one member the higher one goes first."),
    )
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    expires_hours = models.PositiveSmallIntegerField(
        _("expires after, hours"),
        default=48,
        help_text=_("A message not sent by then is dropped, so that a late one never floods."),
    )
    cap_policy = models.CharField(
        _("over the frequency cap"), max_length=9, choices=CapPolicy, default=CapPolicy.DROP
    )
    late_policy = models.CharField(_("found late"), max_length=4, choices=Late, default=Late.SKIP)
    late_minutes = models.PositiveIntegerField(
        _("late from, minutes"),
        default=60,
        help_text=_("A run that begins later than that is late."),
    )
    rate_per_minute = models.PositiveIntegerField(
        _("at most a minute"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Messages to providers, so that shops and servers can cope. Empty: no limit."),
    )
    audience_limit = models.PositiveIntegerField(
        _("at most members"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Who comes when it is reached stays out. Empty: no limit but the approval's."),
    )
    budget_amount = models.BigIntegerField(
        _("budget for messages"),
        null=True,
        blank=True,
        help_text=_("What sending may cost. When it is used up, nothing more is sent."),
    )

    # What the approval was given for; a larger one voids it.
    approved_hash = models.CharField(max_length=64, blank=True, editable=False)
    approved_members_count = models.PositiveIntegerField(null=True, editable=False)
    approved_liability_amount = models.BigIntegerField(null=True, editable=False)

    # Why it is paused: a person's reason, or a code of the product's own.
    pause_reason = models.CharField(max_length=200, blank=True, editable=False)
    created_by = models.ForeignKey(
        "members.User",
        verbose_name=_("made by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(_("made"), null=True, editable=False)
    # When the next run is due; None: none, or it comes by events.
    next_run_at = models.DateTimeField(_("next run"), null=True, editable=False)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = [
            models.CheckConstraint(
                name="campaign_live_has_version",
                condition=models.Q(state__in=["DRAFT", "IN_REVIEW", "KILLED"])
                | models.Q(version__isnull=False),
            ),
            models.CheckConstraint(
                name="campaign_shares_within_bounds", condition=models.Q(control_share__lte=5_000)
            ),
            models.CheckConstraint(
                name="campaign_budget_not_negative",
                condition=models.Q(budget_amount__isnull=True) | models.Q(budget_amount__gte=0),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_run_at"],
                name="campaign_due",
                condition=models.Q(next_run_at__isnull=False),
            )
        ]

    @property
    def paused_because(self) -> str:
        """The reason in words."""
        return str(_PAUSED_BY_US.get(self.pause_reason, self.pause_reason))

    @property
    def comes_in_runs(self) -> bool:
        """Whether each occurrence freezes an audience, rather than members coming one by one."""
        return self.entry in self.IN_RUNS
