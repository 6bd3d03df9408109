"""Questions of a survey, what may be answered, and the figures that answers make.

Source: docs/algorithms/surveys.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

SATISFACTION, NPS, RATING = "SATISFACTION", "NPS", "RATING"
# Lowest and highest score, both included.
SCALES: Mapping[str, tuple[int, int]] = {SATISFACTION: (1, 5), NPS: (0, 10), RATING: (1, 10)}
PROMOTER_FROM, DETRACTOR_UP_TO = 9, 6

SCORE, CHOICE, MULTIPLE, TEXT = "SCORE", "CHOICE", "MULTIPLE", "TEXT"
KINDS = (CHOICE, MULTIPLE, TEXT)
# What a person answers in two minutes.
MOST_QUESTIONS, MOST_OPTIONS, MOST_OPTION = 20, 20, 120
MOST_QUESTION, MOST_TEXT = 300, 2_000


@dataclass(frozen=True)
class Option:
    code: str
    text_zh: str
    text_en: str


@dataclass(frozen=True)
class Question:
    """One question. The first one of a survey is the score's, of kind SCORE and without a code."""

    code: str
    kind: str
    text_zh: str
    text_en: str
    is_required: bool = False
    options: tuple[Option, ...] = ()


class BadQuestions(ValueError):
    """`args[0]` says by a code what is wrong, `args[1]` with which question (0 is the score's)."""


class BadAnswer(ValueError):
    """`args[0]` says by a code what is wrong, `args[1]` with the answer to which question."""


def compiled(questions: Sequence[Mapping[str, Any]]) -> tuple[Question, ...]:
    """The questions as they are kept, in order.

    Raises: BadQuestions.
    """
    if not questions or questions[0].get("kind") != SCORE:
        raise BadQuestions("score_question_missing", 0)
    if len(questions) > MOST_QUESTIONS + 1:
        raise BadQuestions("too_many_questions", MOST_QUESTIONS + 1)
    found = tuple(_question(row, number) for number, row in enumerate(questions))
    if len({one.code for one in found}) < len(found):
        raise BadQuestions("code_twice", len(found) - 1)
    return found


def check_answers(questions: Iterable[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers by code as they are kept: an option's code, a sorted list of them, or a text.
    Empty ones are left out.

    Raises: BadAnswer.
    """
    asked = {one.code: one for one in questions if one.kind != SCORE}
    for code in answers:
        if code not in asked:
            raise BadAnswer("unknown_question", code)
    kept = {}
    for code, question in asked.items():
        answer = _CHECKS[question.kind](question, answers.get(code))
        if answer:
            kept[code] = answer
        elif question.is_required:
            raise BadAnswer("answer_missing", code)
    return kept


def is_on_scale(kind: str, score: int) -> bool:
    lowest, highest = SCALES[kind]
    return lowest <= score <= highest


def is_flag_on_scale(kind: str, flag_below: int) -> bool:
    """Whether some averages of the scale are under it, and not all of them."""
    lowest, highest = SCALES[kind]
    return lowest < flag_below <= highest


def nps(counts: Mapping[int, int]) -> int | None:
    """The net promoter score, −100 to 100, of how many gave each score: the share of 9 and 10
    less the share of 0 to 6, rounded once and half to even. None of nobody's answers.

    Source: F. Reichheld, "The One Number You Need to Grow", Harvard Business Review 12/2003.
    """
    total = sum(counts.values())
    if not total:
        return None
    promoters = sum(count for score, count in counts.items() if score >= PROMOTER_FROM)
    detractors = sum(count for score, count in counts.items() if score <= DETRACTOR_UP_TO)
    return round(Fraction(100 * (promoters - detractors), total))


def average_hundredths(total: int, count: int) -> int | None:
    """The average score in hundredths, rounded half to even: 683 for 6.83. None of no answers."""
    return round(Fraction(100 * total, count)) if count else None


def is_flagged(total: int, count: int, *, flag_below: int, from_answers: int) -> bool:
    """Whether enough members rated it, and on average (not rounded) under the line."""
    return count >= max(1, from_answers) and total < flag_below * count


def _question(row: Mapping[str, Any], number: int) -> Question:
    kind = row.get("kind")
    if (kind == SCORE) != (number == 0) or kind not in (SCORE, *KINDS):
        raise BadQuestions("unknown_kind", number)
    options = tuple(_option(one, number) for one in row.get("options", ()))
    if kind in (CHOICE, MULTIPLE):
        if not 2 <= len(options) <= MOST_OPTIONS:
            raise BadQuestions("options_few_or_many", number)
        if len({one.code for one in options}) < len(options):
            raise BadQuestions("option_twice", number)
    elif options:
        raise BadQuestions("options_not_asked", number)
    text_zh, text_en = _texts(row, number, MOST_QUESTION)
    code = "" if kind == SCORE else str(row.get("code", ""))
    if kind != SCORE and not code:
        raise BadQuestions("code_missing", number)
    return Question(code, kind, text_zh, text_en, row.get("is_required") is True, options)


def _option(row: Mapping[str, Any], number: int) -> Option:
    code = str(row.get("code", ""))
    if not code:
        raise BadQuestions("code_missing", number)
    return Option(code, *_texts(row, number, MOST_OPTION))


def _texts(row: Mapping[str, Any], number: int, most: int) -> tuple[str, str]:
    """Either language may be left out, not both."""
    texts = str(row.get("text_zh", "")).strip(), str(row.get("text_en", "")).strip()
    if not any(texts):
        raise BadQuestions("text_missing", number)
    if any(len(text) > most for text in texts):
        raise BadQuestions("text_too_long", number)
    return texts


def _choice(question: Question, answer: Any) -> str | None:
    if answer in (None, ""):
        return None
    if not isinstance(answer, str) or answer not in {one.code for one in question.options}:
        raise BadAnswer("unknown_option", question.code)
    return answer


def _multiple(question: Question, answer: Any) -> list[str] | None:
    if answer in (None, "", []):
        return None
    if not isinstance(answer, list):
        raise BadAnswer("options_expected", question.code)
    return sorted({_choice(question, one) or "" for one in answer} - {""}) or None


def _text(question: Question, answer: Any) -> str | None:
    if answer is None:
        return None
    if not isinstance(answer, str):
        raise BadAnswer("text_expected", question.code)
    if len(answer) > MOST_TEXT:
        raise BadAnswer("text_too_long", question.code)
    return answer.strip() or None


_CHECKS = {CHOICE: _choice, MULTIPLE: _multiple, TEXT: _text}
