"""What a campaign asks a person in a store to do: call, prepare, greet."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7
from members.models.naming import Named


class ClerkTask(Named):
    """One task about one member. The names are what is to be done."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("To do")
        DONE = "DONE", _("Done")
        CANCELED = "CANCELED", _("Not needed any more")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    enrollment = models.ForeignKey(
        "campaigns.Enrollment", on_delete=models.PROTECT, related_name="tasks"
    )
    step = models.CharField(max_length=12)
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="clerk_tasks",
    )
    store = models.ForeignKey(
        "members.Store", verbose_name=_("store"), on_delete=models.PROTECT, null=True, blank=True
    )
    guide = models.CharField(_("guide"), max_length=40, blank=True, default="")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    due_on = models.DateField(_("by"))
    created_at = models.DateTimeField(_("made"))
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.ForeignKey(
        "members.User",
        verbose_name=_("done by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    # How it went, for the funnel: a code, such as `reached`, `not_reached`.
    outcome = models.CharField(_("how it went"), max_length=40, blank=True, default="")

    class Meta:
        verbose_name = _("task for a clerk")
        verbose_name_plural = _("tasks for clerks")
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "step"], name="clerk_task_once")
        ]
        indexes = [
            models.Index(
                fields=["store", "due_on"],
                name="clerk_tasks_open",
                condition=models.Q(state="OPEN"),
            ),
            models.Index(fields=["member", "-id"], name="clerk_tasks_of_member"),
        ]
