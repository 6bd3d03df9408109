"""Surveys: satisfaction, net promoter score, ratings of benefits."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.ids import uuid7
from members.models.naming import Named
from members.sealing.fields import SealedJSONField


class Survey(Named):
    """Questions to members. `questions` is a list in order; once open it is never changed, a
    copy is another survey. Written by `members.services.surveys`."""

    class Kind(models.TextChoices):
        SATISFACTION = "SATISFACTION", _("Satisfaction, 1 to 5")
        NPS = "NPS", _("Recommendation (NPS), 0 to 10")
        RATING = "RATING", _("Rating of something, 1 to 10")

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        OPEN = "OPEN", pgettext_lazy("survey", "Open")
        CLOSED = "CLOSED", pgettext_lazy("survey", "Closed")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.DRAFT)
    intro_zh = models.CharField(_("introduction in Chinese"), max_length=500, blank=True)
    intro_en = models.CharField(_("introduction in English"), max_length=500, blank=True)
    questions = models.JSONField(_("questions"), default=list, blank=True)
    flag_below = models.PositiveSmallIntegerField(
        _("flag below"),
        default=7,
        help_text=_("Whatever is rated under this on average is flagged for improvement."),
    )
    flag_from_answers = models.PositiveSmallIntegerField(
        _("flag from so many answers"),
        default=5,
        help_text=_("Fewer answers say little: until then nothing is flagged."),
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        triggers = [
            # Whoever answered was asked this: the database keeps it so.
            pgtrigger.Protect(
                name="questions_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state <> 'DRAFT' AND (NEW.state = 'DRAFT'"
                    " OR NEW.kind <> OLD.kind OR NEW.questions <> OLD.questions)"
                ),
            )
        ]


class SurveyResponse(models.Model):
    """One answer of a member, on one subject. Append-only. `score` is the survey's own figure;
    `answers` are what else was asked, sealed, since people write there."""

    append_only = True
    sealed_with = "member"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    survey = models.ForeignKey("members.Survey", on_delete=models.PROTECT, related_name="responses")
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="survey_responses",
    )
    # What was rated: "benefit:free-delivery", "case:<uid>", "order:<number>"; or nothing.
    subject = models.CharField(_("about"), max_length=100, blank=True)
    score = models.SmallIntegerField(_("score"))
    answers = SealedJSONField(_("answers"), null=True)
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    store = models.ForeignKey("members.Store", on_delete=models.PROTECT, null=True, blank=True)
    occurred_at = models.DateTimeField(_("answered"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("answer to a survey")
        verbose_name_plural = _("answers to surveys")
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "member", "subject"], name="survey_answered_once"
            ),
            models.CheckConstraint(
                name="survey_score_of_ten", condition=models.Q(score__gte=0, score__lte=10)
            ),
        ]
        indexes = [models.Index(fields=["survey", "subject"], name="survey_subject")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.score}"
