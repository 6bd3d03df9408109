"""Surveys: opened, answered once, figured out."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import InternalError, ProgrammingError, transaction

from members.models import Event, Survey, SurveyResponse
from members.rules import surveys as rules
from members.selectors import surveys as selector
from members.selectors.scopes import Scope
from members.services import merges, surveys
from members.services.surveys import Reply
from tests import documented, world
from tests.world import NOW

PAGE = "algorithms/surveys.md"
QUESTIONS = [
    {"kind": "SCORE", "text_zh": "您满意吗？", "text_en": "Are you satisfied?"},
    {
        "kind": "CHOICE",
        "code": "q1",
        "text_zh": "最满意的是？",
        "text_en": "What did you like best?",
        "is_required": True,
        "options": [
            {"code": "1", "text_zh": "服务", "text_en": "Service"},
            {"code": "2", "text_zh": "价格", "text_en": "Price"},
        ],
    },
    {"kind": "TEXT", "code": "q2", "text_zh": "还有什么？", "text_en": "Anything else?"},
]


@pytest.mark.parametrize("row", documented.rows(PAGE, "Net promoter score"), ids=str)
def test_the_net_promoter_score_of_the_page(row):
    counts = {}
    for part in row.text("answers").split():
        count, score = part.split("×")
        counts[int(score)] = int(count)

    assert rules.nps(counts) == row.number("NPS")


@pytest.mark.parametrize("row", documented.rows(PAGE, "What is flagged"), ids=str)
def test_what_is_flagged_on_the_page(row):
    scores = row.numbers("scores")

    average = rules.average_hundredths(sum(scores), len(scores))
    flagged = rules.is_flagged(
        sum(scores),
        len(scores),
        flag_below=row.number("flag below"),
        from_answers=row.number("from answers"),
    )

    assert f"{average / 100:.2f}" == row.text("average")
    assert ("yes" if flagged else "no") == row.text("flagged")


def test_nobody_s_answers_have_no_score():
    assert rules.nps({}) is None
    assert rules.average_hundredths(0, 0) is None
    assert not rules.is_flagged(0, 0, flag_below=7, from_answers=0)


@pytest.mark.parametrize(
    ("questions", "reason", "number"),
    [
        ([], "score_question_missing", 0),
        ([QUESTIONS[1]], "score_question_missing", 0),
        ([QUESTIONS[0], {**QUESTIONS[1], "options": []}], "options_few_or_many", 1),
        ([QUESTIONS[0], {**QUESTIONS[2], "text_zh": "", "text_en": " "}], "text_missing", 1),
        ([QUESTIONS[0], {**QUESTIONS[2], "text_zh": "x" * 301}], "text_too_long", 1),
        ([QUESTIONS[0], QUESTIONS[2], QUESTIONS[2]], "code_twice", 2),
        ([QUESTIONS[0], {**QUESTIONS[2], "kind": "DATE"}], "unknown_kind", 1),
        ([QUESTIONS[0]] + [{**QUESTIONS[2], "code": f"q{n}"} for n in range(21)],
         "too_many_questions", 21),
    ],
)  # fmt: skip
def test_questions_that_are_not_in_order_are_refused_with_their_number(questions, reason, number):
    with pytest.raises(rules.BadQuestions) as refused:
        rules.compiled(questions)

    assert refused.value.args == (reason, number)


@pytest.mark.parametrize(
    ("answers", "reason", "question"),
    [
        ({}, "answer_missing", "q1"),
        ({"q1": "3"}, "unknown_option", "q1"),
        ({"q1": "1", "q9": "x"}, "unknown_question", "q9"),
        ({"q1": ["1"]}, "unknown_option", "q1"),
        ({"q1": "1", "q2": ["1"]}, "text_expected", "q2"),
        ({"q1": "1", "q2": "x" * 2_001}, "text_too_long", "q2"),
    ],
)
def test_an_answer_that_does_not_fit_its_question_is_refused(answers, reason, question):
    with pytest.raises(rules.BadAnswer) as refused:
        rules.check_answers(rules.compiled(QUESTIONS), answers)

    assert refused.value.args == (reason, question)


# With a database


@pytest.fixture
def survey(shop):
    draft = Survey.objects.create(
        code="spring", name_en="Spring", kind="RATING", questions=QUESTIONS, flag_from_answers=1
    )
    boss = world.operator("boss")
    return surveys.open_now(survey_id=draft.pk, actor_id=boss.pk, at=NOW)


def reply(survey, member, **changes):
    given = {"score": 6, "answers": {"q1": "1", "q2": " Nice "}, "occurred_at": NOW}
    return Reply(survey_uid=survey.uid, member_id=member.pk, **{**given, **changes})


@pytest.mark.django_db
def test_an_answer_counts_once_and_is_told_without_what_was_written(survey, alice):
    first = surveys.answer(reply=reply(survey, alice, subject="benefit:tea"), at=NOW)
    again = surveys.answer(
        reply=reply(survey, alice, subject="benefit:tea"), at=NOW + timedelta(days=3)
    )

    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert first.response == again.response == SurveyResponse.objects.get()
    assert again.response.answers == {"q1": "1", "q2": "Nice"}
    told = Event.objects.get(type="members.survey.answered")
    assert told.payload == {
        "survey": "spring",
        "response": str(first.response.uid),
        "kind": "RATING",
        "score": 6,
        "subject": "benefit:tea",
    }


@pytest.mark.django_db
def test_another_answer_to_the_same_is_refused_and_the_first_one_stays(survey, alice):
    surveys.answer(reply=reply(survey, alice), at=NOW)

    with pytest.raises(surveys.AnsweredAlready):
        surveys.answer(reply=reply(survey, alice, score=9), at=NOW)

    assert SurveyResponse.objects.get().score == 6


@pytest.mark.django_db
def test_a_person_who_answered_with_a_retired_card_has_answered(survey, alice, bob):
    surveys.answer(reply=reply(survey, bob), at=NOW)
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)

    assert surveys.answer(reply=reply(survey, alice), at=NOW).is_repeat


@pytest.mark.django_db
def test_what_was_answered_while_it_was_open_counts_when_it_comes_late(survey, alice):
    closing = NOW + timedelta(days=1)
    surveys.close(survey_id=survey.pk, actor_id=world.operator("x").pk, at=closing)
    later = closing + timedelta(days=2)

    with pytest.raises(surveys.SurveyNotOpen):
        surveys.answer(reply=reply(survey, alice, occurred_at=closing), at=later)
    in_time = closing - timedelta(seconds=1)
    surveys.answer(reply=reply(survey, alice, occurred_at=in_time), at=later)

    assert SurveyResponse.objects.get().occurred_at == in_time


@pytest.mark.django_db
@pytest.mark.parametrize("score", [0, 11, -1])
def test_a_score_off_the_scale_is_refused(survey, alice, score):
    with pytest.raises(surveys.ScoreOffScale) as refused:
        surveys.answer(reply=reply(survey, alice, score=score), at=NOW)

    assert refused.value.details == {"lowest": 1, "highest": 10}
    assert not SurveyResponse.objects.exists()


@pytest.mark.django_db
def test_before_it_opens_and_from_the_future_nothing_counts(survey, alice):
    for moment, error in (
        (NOW - timedelta(seconds=1), surveys.SurveyNotOpen),
        (NOW + timedelta(minutes=6), surveys.AnsweredFromFuture),
    ):
        with pytest.raises(error):
            surveys.answer(reply=reply(survey, alice, occurred_at=moment), at=NOW)

    assert not SurveyResponse.objects.exists()


@pytest.mark.django_db
def test_questions_of_an_open_survey_are_fixed_by_the_database(survey):
    changes: tuple[dict[str, Any], ...] = ({"questions": []}, {"kind": "NPS"}, {"state": "DRAFT"})
    for change in changes:
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            Survey.objects.filter(pk=survey.pk).update(**change)


@pytest.mark.django_db
def test_a_survey_without_questions_does_not_open(shop):
    draft = Survey.objects.create(code="empty", name_en="Empty", kind="NPS")

    with pytest.raises(surveys.SurveyNotReady):
        surveys.open_now(survey_id=draft.pk, actor_id=world.operator("x").pk, at=NOW)

    draft.refresh_from_db()
    assert draft.state == "DRAFT"


@pytest.mark.django_db
def test_results_flag_what_is_rated_under_seven(survey, alice, bob):
    for member, subject, score in (
        (alice, "benefit:tea", 6),
        (bob, "benefit:tea", 7),
        (alice, "benefit:parking", 7),
    ):
        surveys.answer(reply=reply(survey, member, subject=subject, score=score), at=NOW)

    found = selector.results(survey=survey, scope=Scope())

    assert (found.count, found.average_hundredths, found.nps) == (3, 667, None)
    assert {score: count for score, count in found.counts.items() if count} == {6: 1, 7: 2}
    assert [(one.subject, one.average_hundredths, one.is_flagged) for one in found.subjects] == [
        ("benefit:tea", 650, True),
        ("benefit:parking", 700, False),
    ]
    assert [(month.first_on.isoformat(), month.count) for month in found.months] == [
        ("2026-03-01", 3)
    ]
