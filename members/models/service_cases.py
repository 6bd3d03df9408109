"""Service cases: what members ask, how soon somebody answers, and how it ended."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.ids import uuid7
from members.models import guards
from members.models.naming import Named
from members.sealing.fields import SealedTextField


class ServiceTopic(Named):
    """What cases are about, such as delivery or points; with the time a first answer may take."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    first_response_minutes = models.PositiveIntegerField(
        _("first response within, minutes"), default=60
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("service topic")
        verbose_name_plural = _("service topics")


class ServiceCase(models.Model):
    """One concern of a member. Written by `members.services.service_cases`.

    The clock of the first response runs from `opened_at` until somebody of the house first
    answers; it is set once. What people wrote is sealed.
    """

    class Medium(models.TextChoices):
        CALL = "CALL", _("Call")
        CHAT = "CHAT", _("Chat")
        STORE = "STORE", _("In the store")
        EMAIL = "EMAIL", _("E-mail")
        OTHER = "OTHER", _("Other")

    class Kind(models.TextChoices):
        QUESTION = "QUESTION", _("Question")
        COMPLAINT = "COMPLAINT", _("Complaint")
        RETURN = "RETURN", _("Return or repair")
        SUGGESTION = "SUGGESTION", _("Suggestion")
        PRAISE = "PRAISE", _("Praise")

    class State(models.TextChoices):
        # Other things are open in other words.
        OPEN = "OPEN", pgettext_lazy("service case", "Open")
        ANSWERED = "ANSWERED", _("Answered")
        WAITING = "WAITING", _("Waiting for the member")
        RESOLVED = "RESOLVED", _("Resolved")

    class Priority(models.IntegerChoices):
        HIGH = 1, _("High")
        NORMAL = 2, _("Normal")
        LOW = 3, _("Low")

    sealed_with = "member"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="service_cases",
    )
    topic = models.ForeignKey(
        "members.ServiceTopic",
        verbose_name=_("topic"),
        on_delete=models.PROTECT,
        related_name="cases",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.QUESTION)
    medium = models.CharField(_("came by"), max_length=6, choices=Medium)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, default=Priority.NORMAL
    )
    subject = SealedTextField(_("subject"), max_length=200)
    store = models.ForeignKey(
        "members.Store", verbose_name=_("store"), on_delete=models.PROTECT, null=True, blank=True
    )
    assignee = models.ForeignKey(
        "members.User",
        verbose_name=_("with"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="service_cases",
    )
    # The business key of a case that a channel sent.
    source = models.CharField(_("source"), max_length=40, blank=True)
    external_id = models.CharField(_("number there"), max_length=80, blank=True)
    order_reference = models.CharField(_("order"), max_length=80, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    recorded_at = models.DateTimeField(_("recorded"))
    first_response_due_at = models.DateTimeField(_("answer due"))
    first_response_at = models.DateTimeField(_("first answer"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    reopened_count = models.PositiveSmallIntegerField(_("opened again"), default=0)
    satisfaction = models.PositiveSmallIntegerField(
        _("satisfaction, 1 to 5"), null=True, blank=True
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("service case")
        verbose_name_plural = _("service cases")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                name="service_case_sent_once",
                condition=~models.Q(external_id=""),
            ),
            models.CheckConstraint(
                name="service_satisfaction_of_five",
                condition=models.Q(satisfaction__isnull=True)
                | models.Q(satisfaction__gte=1, satisfaction__lte=5),
            ),
            models.CheckConstraint(
                name="service_resolved_case_says_when",
                condition=~models.Q(state="RESOLVED") | models.Q(resolved_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="service_case_member"),
            models.Index(
                fields=["first_response_due_at"],
                name="service_case_waiting",
                condition=models.Q(first_response_at__isnull=True),
            ),
            models.Index(fields=["-opened_at"], name="service_case_opened"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class CaseMessage(models.Model):
    """What was said in a case, or noted by staff. Append-only; sealed like the case."""

    class Kind(models.TextChoices):
        FROM_MEMBER = "FROM_MEMBER", _("From the member")
        TO_MEMBER = "TO_MEMBER", _("To the member")
        NOTE = "NOTE", _("Note among staff")

    append_only = True
    rewrites = ("text",)
    sealed_with = "member"

    case = models.ForeignKey(
        "members.ServiceCase", on_delete=models.PROTECT, related_name="messages"
    )
    member = models.ForeignKey(
        "members.Member", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    text = SealedTextField(_("text"), max_length=4_000)
    author = models.ForeignKey(
        "members.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # A channel's own id of the message, so that it may be sent twice.
    external_id = models.CharField(max_length=80, blank=True)
    occurred_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("message of a case")
        verbose_name_plural = _("messages of cases")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "external_id"],
                name="case_message_sent_once",
                condition=~models.Q(external_id=""),
            )
        ]
        triggers = [
            # A rotation of keys seals anew what belongs to no member.
            guards.append_only_but(
                "members_resealed(OLD.text, NEW.text) "
                "AND to_jsonb(OLD) - 'text' = to_jsonb(NEW) - 'text'"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
