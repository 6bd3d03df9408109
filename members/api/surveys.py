"""`/api/v1/surveys/{id}`: what is asked, and what members answer."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from msgspec import Meta
from rest_framework.request import Request

from members.api import bodies, schema
from members.api.bodies import Instant
from members.api.idempotency import idempotent
from members.api.places import store_id_of
from members.api.references import MemberNamed, member_of
from members.api.views import ChannelView, client_of
from members.models import Survey
from members.rules import surveys as rules
from members.selectors import surveys as selector
from members.services import surveys
from members.services.idempotency import Answer
from members.services.surveys import Answered, Reply

Code = Annotated[str, Meta(min_length=1, max_length=40)]
# Codes of things, never a name or a phone.
Subject = Annotated[
    str,
    Meta(
        max_length=100,
        pattern=r"^([a-z][a-z_]*:[A-Za-z0-9._-]+)?$",
        description="What is rated, such as benefit:free-delivery; nothing for the survey itself.",
    ),
]
OneAnswer = (
    Annotated[str, Meta(max_length=rules.MOST_TEXT)]
    | Annotated[list[Code], Meta(max_length=rules.MOST_OPTIONS)]
)


class ResponseSent(bodies.Strict):
    """A member's answer: the score, and by the codes of the questions an option's code, several,
    or a text."""

    member: MemberNamed
    score: Annotated[int, Meta(ge=0, le=10)]
    subject: Subject = ""
    answers: Annotated[dict[Code, OneAnswer], Meta(max_length=rules.MOST_QUESTIONS)] = {}
    store: Annotated[str, Meta(max_length=40, description="Code of the store.")] = ""
    occurred_at: Instant | None = None


class OptionShown(msgspec.Struct, kw_only=True):
    code: str
    text_zh: str
    text_en: str


class QuestionShown(msgspec.Struct, kw_only=True):
    """A question. `kind`: score (the first one, always), choice, multiple or text."""

    code: str
    kind: str
    text_zh: str
    text_en: str
    is_required: bool
    options: list[OptionShown]


class SurveyShown(msgspec.Struct, kw_only=True):
    """A survey. It takes answers that were given from `opens_at` until `closes_at`."""

    id: UUID
    code: str
    kind: str
    state: str
    name_zh: str
    name_en: str
    intro_zh: str
    intro_en: str
    lowest_score: int
    highest_score: int
    questions: list[QuestionShown]
    opens_at: datetime | None
    closes_at: datetime | None


class ResponseShown(msgspec.Struct, kw_only=True):
    """The answer that counts."""

    id: UUID
    survey: str
    subject: str
    score: int
    occurred_at: datetime


class SurveyView(ChannelView):
    required_scopes = {"GET": ["members:read"]}

    @extend_schema(
        operation_id="read_survey",
        summary="A survey's questions",
        tags=["surveys"],
        responses={200: schema.answer(SurveyShown, "The survey"), **schema.problems(404, 422)},
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        return bodies.respond(_show(selector.shown(uid=uid)))


class ResponsesView(ChannelView):
    required_scopes = {"POST": ["events:write"]}

    @extend_schema(
        operation_id="answer_survey",
        summary="Answer a survey",
        description="Each member once about each subject: 201 when it counts, 200 when the same "
        "had been answered, 409 when it was something else. An answer that is sent late counts "
        "if it was given while the survey was open.",
        tags=["surveys"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(ResponseSent),
        responses={
            201: schema.answer(ResponseShown, "It counts"),
            200: schema.answer(ResponseShown, "It had been answered before"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Answer:
        sent, client, at = bodies.read(request, ResponseSent), client_of(request), timezone.now()
        member = member_of(sent.member)
        reply = Reply(
            survey_uid=uid,
            member_id=member.pk,
            subject=sent.subject,
            score=sent.score,
            answers=dict(sent.answers),
            channel=client.channel,
            store_id=store_id_of(client, sent.store),
            occurred_at=sent.occurred_at or at,
            source=client.source,
        )
        answered = surveys.answer(reply=reply, at=at)
        status = 200 if answered.is_repeat else 201
        return bodies.answer(_show_answer(answered), status=status, member=member)


def _show(survey: Survey) -> SurveyShown:
    lowest, highest = rules.SCALES[survey.kind]
    return SurveyShown(
        id=survey.uid,
        code=survey.code,
        kind=survey.kind.lower(),
        state=survey.state.lower(),
        name_zh=survey.name_zh,
        name_en=survey.name_en,
        intro_zh=survey.intro_zh,
        intro_en=survey.intro_en,
        lowest_score=lowest,
        highest_score=highest,
        questions=[_show_question(one) for one in rules.compiled(survey.questions)],
        opens_at=survey.opens_at,
        closes_at=survey.closes_at,
    )


def _show_question(question: rules.Question) -> QuestionShown:
    return QuestionShown(
        code=question.code,
        kind=question.kind.lower(),
        text_zh=question.text_zh,
        text_en=question.text_en,
        is_required=question.is_required or question.kind == rules.SCORE,
        options=[
            OptionShown(code=one.code, text_zh=one.text_zh, text_en=one.text_en)
            for one in question.options
        ],
    )


def _show_answer(answered: Answered) -> ResponseShown:
    response = answered.response
    return ResponseShown(
        id=response.uid,
        survey=response.survey.code,
        subject=response.subject,
        score=response.score,
        occurred_at=response.occurred_at,
    )
