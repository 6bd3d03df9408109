"""Surveys that members may see, who answered, and what came of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from members.errors import NotFound
from members.models import Survey, SurveyResponse
from members.rules import surveys as rules
from members.selectors.scopes import Scope

MOST_SUBJECTS = 200
MOST_MONTHS = 24
# What is opened to count the further questions: more would keep the page waiting.
MOST_OPENED = 500
MOST_COMMENTS = 20


@dataclass(frozen=True, kw_only=True)
class Rated:
    """What one subject was given."""

    subject: str
    count: int
    average_hundredths: int
    is_flagged: bool


@dataclass(frozen=True, kw_only=True)
class Month:
    first_on: date
    count: int
    average_hundredths: int
    nps: int | None


@dataclass(frozen=True, kw_only=True)
class Results:
    """`counts` has every score of the scale; `nps` is None for surveys of another kind."""

    count: int
    average_hundredths: int | None
    nps: int | None
    counts: dict[int, int]
    subjects: list[Rated]
    months: list[Month]


def shown(*, uid: UUID) -> Survey:
    """The survey with this id, open or closed.

    Raises: NotFound, also for a draft.
    """
    survey = Survey.objects.filter(uid=uid).exclude(state=Survey.State.DRAFT).first()
    if survey is None:
        raise NotFound
    return survey


def response_of(*, survey_id: int, member_id: int, subject: str) -> SurveyResponse | None:
    """The first answer of this person, also of a card that was merged into theirs."""
    return (
        SurveyResponse.objects.select_related("member__key")
        .filter(Q(member_id=member_id) | Q(member__merged_into_id=member_id))
        .filter(survey_id=survey_id, subject=subject)
        .order_by("pk")
        .first()
    )


def responses_of(*, member_ids: Sequence[int]) -> "QuerySet[SurveyResponse]":
    """What a person answered on all their cards, newest first."""
    return (
        SurveyResponse.objects.select_related("survey", "member__key", "store")
        .filter(member_id__in=member_ids)
        .order_by("-occurred_at", "-pk")
    )


def results(*, survey: Survey, scope: Scope) -> Results:
    """The figures of a survey in the stores of `scope`. Three queries, all counted in SQL."""
    responses = scope.narrow(SurveyResponse.objects.filter(survey=survey))
    given = dict(responses.order_by().values_list("score").annotate(n=Count("pk")))
    lowest, highest = rules.SCALES[survey.kind]
    counts = {score: given.get(score, 0) for score in range(lowest, highest + 1)}
    count = sum(counts.values())
    total = sum(score * some for score, some in counts.items())
    return Results(
        count=count,
        average_hundredths=rules.average_hundredths(total, count),
        nps=rules.nps(counts) if survey.kind == rules.NPS else None,
        counts=counts,
        subjects=_subjects(survey, responses),
        months=_months(survey, responses),
    )


def flagged(*, survey: Survey, scope: Scope) -> list[Rated]:
    """The subjects that need improvement, worst first."""
    responses = scope.narrow(SurveyResponse.objects.filter(survey=survey))
    return [one for one in _subjects(survey, responses) if one.is_flagged]


def newest_opened(*, survey: Survey, scope: Scope) -> list[dict[str, Any]]:
    """The further answers of the newest 500, opened."""
    rows = scope.narrow(SurveyResponse.objects.filter(survey=survey, answers__isnull=False))
    newest = rows.select_related("member__key").order_by("-pk")[:MOST_OPENED]
    # Whose key was destroyed by an erasure says nothing any more.
    return [one.answers for one in newest if one.member.state != one.member.State.ERASED]


def rows(*, survey: Survey, scope: Scope) -> "Iterator[SurveyResponse]":
    """All answers, oldest first, read bit by bit; nothing sealed is opened."""
    found = scope.narrow(SurveyResponse.objects.filter(survey=survey))
    return found.select_related("store").defer("answers").order_by("pk").iterator(chunk_size=2_000)


def _subjects(survey: Survey, responses: "QuerySet[SurveyResponse]") -> list[Rated]:
    grouped = (
        responses.exclude(subject="")
        .order_by()
        .values_list("subject")
        .annotate(total=Sum("score"), n=Count("pk"))
    )
    found = [
        Rated(
            subject=subject,
            count=count,
            average_hundredths=rules.average_hundredths(total, count) or 0,
            is_flagged=rules.is_flagged(
                total,
                count,
                flag_below=survey.flag_below,
                from_answers=survey.flag_from_answers,
            ),
        )
        for subject, total, count in grouped
    ]
    found.sort(key=lambda one: (not one.is_flagged, one.average_hundredths, one.subject))
    return found[:MOST_SUBJECTS]


def _months(survey: Survey, responses: "QuerySet[SurveyResponse]") -> list[Month]:
    """By the month in which they were answered, in the installation's zone; the newest last."""
    is_nps = survey.kind == rules.NPS
    grouped = (
        responses.order_by()
        .annotate(month=TruncMonth("occurred_at"))
        .values_list("month")
        .annotate(
            total=Sum("score"),
            n=Count("pk"),
            up=Count("pk", filter=Q(score__gte=rules.PROMOTER_FROM)),
            down=Count("pk", filter=Q(score__lte=rules.DETRACTOR_UP_TO)),
        )
        .order_by("-month")[:MOST_MONTHS]
    )
    return [
        Month(
            first_on=month.date(),
            count=count,
            average_hundredths=rules.average_hundredths(total, count) or 0,
            nps=rules.nps(_shares(up, down, count)) if is_nps else None,
        )
        for month, total, count, up, down in reversed(list(grouped))
    ]


def _shares(promoters: int, detractors: int, count: int) -> dict[int, int]:
    passives = count - promoters - detractors
    return {
        rules.PROMOTER_FROM: promoters,
        rules.PROMOTER_FROM - 1: passives,
        rules.DETRACTOR_UP_TO: detractors,
    }
