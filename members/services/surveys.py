"""Surveys open and close, and each member answers once about each thing.

Source: docs/algorithms/surveys.md.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from members.errors import DomainError, NotFound
from members.events import SurveyAnswered
from members.models import Member, Survey, SurveyResponse
from members.rules import surveys as rules
from members.selectors import surveys as selector
from members.services import audit, events

MOST_AHEAD = timedelta(minutes=5)
_State = Survey.State
_ALIVE = (Member.State.ACTIVE, Member.State.RESTRICTED)


class SurveyNotReady(DomainError):
    """The survey can't open before its questions are in order."""

    code = "survey_not_ready"


class SurveyOver(DomainError):
    """The survey is closed; make another one."""

    code = "survey_over"
    status = 409


class SurveyNotOpen(DomainError):
    """The survey was not open when this was answered."""

    code = "survey_not_open"
    status = 409


class AnsweredFromFuture(DomainError):
    """The answer bears a time that has not come yet."""

    code = "answered_from_future"


class AnsweredAlready(DomainError):
    """This member has answered already, and otherwise; the first answer stays."""

    code = "answered_already"
    status = 409


class ScoreOffScale(DomainError):
    """The score is not on the survey's scale."""

    code = "score_off_scale"


class AnswerRefused(DomainError):
    """An answer doesn't fit its question."""

    code = "answer_refused"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a member answers. `answers` by the codes of questions; `subject` is what is rated,
    such as `benefit:free-delivery`."""

    survey_uid: UUID
    member_id: int
    score: int
    occurred_at: datetime
    subject: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    channel: str = ""
    store_id: int | None = None
    source: str = ""


@dataclass(frozen=True)
class Answered:
    """The answer that counts; `is_repeat` when it had been given before."""

    response: SurveyResponse
    is_repeat: bool


def open_now(*, survey_id: int, actor_id: int, at: datetime) -> Survey:
    """The survey, open from `at` or from its own later day on; again it stays as it is.

    Raises: NotFound; SurveyOver; SurveyNotReady, with `reason` and the number of the question.
    """
    with transaction.atomic():
        survey = _locked(survey_id)
        if survey.state == _State.OPEN:
            return survey
        if survey.state == _State.CLOSED:
            raise SurveyOver
        _check_ready(survey, at)
        survey.state = _State.OPEN
        survey.opens_at = max(survey.opens_at or at, at)
        survey.save(update_fields=["state", "opens_at"])
        audit.record(
            action="survey.open", at=at, actor_id=actor_id, details={"survey": survey.code}
        )
    return survey


def close(*, survey_id: int, actor_id: int, at: datetime) -> Survey:
    """The survey, closed from `at` on; what was answered before and is sent later still counts.

    Raises: NotFound; SurveyNotOpen, for a draft.
    """
    with transaction.atomic():
        survey = _locked(survey_id)
        if survey.state == _State.CLOSED:
            return survey
        if survey.state == _State.DRAFT:
            raise SurveyNotOpen
        survey.state = _State.CLOSED
        survey.closes_at = min(survey.closes_at or at, at)
        survey.save(update_fields=["state", "closes_at"])
        audit.record(
            action="survey.close", at=at, actor_id=actor_id, details={"survey": survey.code}
        )
    return survey


def answer(*, reply: Reply, at: datetime) -> Answered:
    """Keeps a member's answer, once about each subject; the same again gives the first one.

    What counts is when it was answered, not when it is sent.

    Raises: NotFound, also for a draft; AnsweredAlready; AnsweredFromFuture; SurveyNotOpen;
    ScoreOffScale; AnswerRefused.
    """
    survey = selector.shown(uid=reply.survey_uid)
    if not Member.objects.filter(pk=reply.member_id, state__in=_ALIVE).exists():
        raise NotFound
    answers = _checked(survey, reply)
    known = selector.response_of(
        survey_id=survey.pk, member_id=reply.member_id, subject=reply.subject
    )
    if known is not None:
        return _repeat(known, reply, answers)
    _check_instant(survey, reply, at)
    try:
        with transaction.atomic():
            return Answered(_write(survey, reply, answers, at), is_repeat=False)
    except IntegrityError:
        # Two at once: the unique constraint let the other one through.
        known = selector.response_of(
            survey_id=survey.pk, member_id=reply.member_id, subject=reply.subject
        )
        if known is None:
            raise
        return _repeat(known, reply, answers)


def _locked(survey_id: int) -> Survey:
    survey = Survey.objects.select_for_update().filter(pk=survey_id).first()
    if survey is None:
        raise NotFound
    return survey


def _check_ready(survey: Survey, at: datetime) -> None:
    try:
        rules.compiled(survey.questions)
    except rules.BadQuestions as error:
        raise SurveyNotReady(reason=error.args[0], question=error.args[1]) from None
    if survey.closes_at is not None and survey.closes_at <= max(survey.opens_at or at, at):
        raise SurveyNotReady(reason="closes_before_it_opens")


def _checked(survey: Survey, reply: Reply) -> dict[str, Any]:
    if not rules.is_on_scale(survey.kind, reply.score):
        lowest, highest = rules.SCALES[survey.kind]
        raise ScoreOffScale(lowest=lowest, highest=highest)
    try:
        return rules.check_answers(rules.compiled(survey.questions), reply.answers)
    except rules.BadAnswer as error:
        raise AnswerRefused(reason=error.args[0], question=error.args[1][:80]) from None


def _check_instant(survey: Survey, reply: Reply, at: datetime) -> None:
    if reply.occurred_at > at + MOST_AHEAD:
        raise AnsweredFromFuture
    opens_at, closes_at = survey.opens_at, survey.closes_at
    if opens_at is None or reply.occurred_at < opens_at:
        raise SurveyNotOpen
    if closes_at is not None and reply.occurred_at >= closes_at:
        raise SurveyNotOpen


def _repeat(known: SurveyResponse, reply: Reply, answers: dict[str, Any]) -> Answered:
    if (known.score, known.answers or {}) != (reply.score, answers):
        raise AnsweredAlready
    return Answered(known, is_repeat=True)


def _write(survey: Survey, reply: Reply, answers: dict[str, Any], at: datetime) -> SurveyResponse:
    response: SurveyResponse = SurveyResponse.objects.create(
        survey=survey,
        member=Member.objects.get(pk=reply.member_id),
        subject=reply.subject,
        score=reply.score,
        answers=answers or None,
        channel=reply.channel,
        store_id=reply.store_id,
        occurred_at=reply.occurred_at,
        recorded_at=at,
    )
    told = SurveyAnswered(
        survey=survey.code,
        response=str(response.uid),
        kind=survey.kind,
        score=reply.score,
        subject=reply.subject,
    )
    events.record(
        fact=told,
        member_id=reply.member_id,
        occurred_at=reply.occurred_at,
        at=at,
        source=reply.source,
    )
    return response
