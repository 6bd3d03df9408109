"""Enrollments: a member in a campaign, from coming in to the end."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Enrollment(models.Model):
    """One member who came into a campaign: of a frozen audience, or by an event.

    `entry_key` is what may come in once (campaigns/rules/entries.py): it makes two workers, two
    deliveries of one event and two clicks one entry. Arm and bucket are drawn once and stay.
    Millions of rows: no more columns than are needed, no foreign key that locks the member.
    """

    class State(models.TextChoices):
        FROZEN = "FROZEN", _("In the audience, not looked at yet")
        WATCHING = "WATCHING", _("Waiting whether something else happens")
        ACTIVE = "ACTIVE", _("At a step")
        WAITING = "WAITING", _("Waiting")
        DONE = "DONE", pgettext_lazy("of a way through a campaign", "Through")
        EXITED = "EXITED", _("Left before the end")
        EXCLUDED = "EXCLUDED", _("Left out")

    LIVE = (State.FROZEN, State.WATCHING, State.ACTIVE, State.WAITING)
    CONTROL = "control"

    run = models.ForeignKey(
        "campaigns.Run", on_delete=models.PROTECT, db_index=False, related_name="enrollments"
    )
    campaign = models.ForeignKey(
        "campaigns.Campaign", on_delete=models.PROTECT, db_index=False, related_name="enrollments"
    )
    version = models.ForeignKey(
        "campaigns.CampaignVersion", on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="enrollments",
    )
    entry_key = models.CharField(max_length=120)
    bucket = models.PositiveSmallIntegerField(_("bucket"))
    arm = models.CharField(_("variant"), max_length=12)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.FROZEN)
    reason = models.CharField(_("reason"), max_length=40, blank=True, default="")
    step = models.CharField(_("step"), max_length=12, blank=True, default="")
    due_at = models.DateTimeField(_("goes on"), null=True)
    # The event that it waits for, of a step that waits for one.
    waits_for = models.CharField(max_length=60, blank=True, default="")
    # What began it: {"event": id, "product": …, "order": …, "payload": {…}}; ids and codes only.
    context = models.JSONField(default=dict)
    entered_at = models.DateTimeField(_("came in"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    # The goal was reached, within its days, whether or not that ended it.
    converted_at = models.DateTimeField(_("goal reached"), null=True)

    class Meta:
        verbose_name = _("member of a campaign")
        verbose_name_plural = _("members of campaigns")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "entry_key"], name="enrollment_once"),
            models.CheckConstraint(
                name="enrollment_ended_at_its_end",
                condition=models.Q(
                    state__in=["FROZEN", "WATCHING", "ACTIVE", "WAITING"], ended_at__isnull=True
                )
                | models.Q(state__in=["DONE", "EXITED", "EXCLUDED"], ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="enrollment_says_why_it_left",
                condition=~models.Q(state__in=["EXITED", "EXCLUDED"]) | ~models.Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["run", "state", "reason"], name="enrollment_of_run"),
            models.Index(fields=["member", "-id"], name="enrollment_of_member"),
            models.Index(
                # By campaign: who waits in a paused one doesn't stand in the way of others.
                fields=["campaign", "due_at"],
                name="enrollment_due",
                condition=models.Q(state__in=["WATCHING", "ACTIVE", "WAITING"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.entry_key}"

    @property
    def is_control(self) -> bool:
        return self.arm == self.CONTROL


class StepRecord(models.Model):
    """That a member went through a step, and how it turned out. Once for each step."""

    class Outcome(models.TextChoices):
        DONE = "DONE", _("Done")
        SKIPPED = "SKIPPED", _("Left out")
        FAILED = "FAILED", _("Failed")
        YES = "YES", _("Yes")
        NO = "NO", _("No")
        HEARD = "HEARD", _("It happened")
        TIMED_OUT = "TIMED_OUT", _("It did not happen in time")
        GHOST = "GHOST", _("Held out")

    enrollment = models.ForeignKey(
        "campaigns.Enrollment", on_delete=models.CASCADE, db_index=False, related_name="records"
    )
    step = models.CharField(_("step"), max_length=12)
    kind = models.CharField(_("kind"), max_length=12)
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome)
    # Why it was left out, the way that a split took, or what was given: a code, never a person.
    detail = models.CharField(max_length=80, blank=True, default="")
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("step of a member")
        verbose_name_plural = _("steps of members")
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "step"], name="step_record_once")
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id} {self.step}"
