"""The results of a survey in words and bars, and as a file."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from members.models import Survey, User
from members.rules import surveys as rules
from members.rules.surveys import Option, Question
from members.selectors import scopes
from members.selectors import surveys as selector
from members.selectors.scopes import Scope
from members.selectors.surveys import Month, Results

# What a spreadsheet in Chinese needs to read the text as Unicode.
_MARK = "\ufeff"
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def context(survey: Survey, operator: User) -> dict[str, Any]:
    """What the page shows to this operator, of the stores that they work for."""
    scope = scopes.scope_for(operator)
    results = selector.results(survey=survey, scope=scope)
    may_read = operator.has_perm("members.view_surveyresponse")
    opened = selector.newest_opened(survey=survey, scope=scope) if may_read else []
    return {
        "survey": survey,
        "results": results,
        "average": hundredths(results.average_hundredths),
        "is_nps": survey.kind == rules.NPS,
        "nps_place": None if results.nps is None else (results.nps + 100) / 2,
        "groups": _groups(results) if survey.kind == rules.NPS else [],
        "bars": _bars(results),
        "subjects": [(one, hundredths(one.average_hundredths)) for one in results.subjects],
        "flag_below": survey.flag_below,
        "months": [_month(one) for one in results.months],
        "questions": _questions(survey, opened),
        "opened_count": len(opened),
        "may_export": may_read,
        "is_whole_chain": scope.is_whole_chain,
    }


def hundredths(value: int | None) -> str:
    return "–" if value is None else f"{value / 100:.2f}"


def spoken_questions(survey: Survey) -> list[tuple[str]]:
    """Each question on a line, in the reader's language."""
    try:
        asked = rules.compiled(survey.questions)
    except rules.BadQuestions:
        return []
    return [(_spoken(number, one),) for number, one in enumerate(asked)]


def as_csv(survey: Survey, scope: Scope) -> Iterator[bytes]:
    """A line for each answer: when, where, about what, how many. No names, no cards, and nothing
    that people wrote."""
    head = [_("Id"), _("Answered"), _("About"), _("Score"), _("Channel"), _("Store")]
    yield (_MARK + _line(head)).encode()
    for one in selector.rows(survey=survey, scope=scope):
        store = one.store.code if one.store else ""
        at = localtime(one.occurred_at).isoformat(timespec="seconds")
        yield _line([one.uid, at, one.subject, one.score, one.channel, store]).encode()


def _line(cells: list[Any]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([_safe(str(cell)) for cell in cells])
    return text.getvalue()


def _safe(cell: str) -> str:
    """A spreadsheet runs what begins like a formula."""
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell


def _text(one: Question | Option) -> str:
    is_chinese = (get_language() or "zh").startswith("zh")
    return (one.text_zh or one.text_en) if is_chinese else (one.text_en or one.text_zh)


def _spoken(number: int, question: Question) -> str:
    text = f"{number}. {_text(question)}" if number else _text(question)
    options = " / ".join(_text(one) for one in question.options)
    return f"{text} ({options})" if options else text


def _percent(count: int, total: int) -> float:
    return round(100 * count / total, 1) if total else 0.0


def _groups(results: Results) -> list[dict[str, Any]]:
    """Promoters, passives, detractors."""
    counts = results.counts
    up = sum(n for score, n in counts.items() if score >= rules.PROMOTER_FROM)
    down = sum(n for score, n in counts.items() if score <= rules.DETRACTOR_UP_TO)
    rows = (
        (_("Promoters (9–10)"), up, "good"),
        (_("Passives (7–8)"), results.count - up - down, "plain"),
        (_("Detractors (0–6)"), down, "bad"),
    )
    return [
        {"label": label, "count": n, "percent": _percent(n, results.count), "tone": tone}
        for label, n, tone in rows
    ]


def _bars(results: Results) -> list[dict[str, Any]]:
    most = max(results.counts.values(), default=0)
    return [
        {
            "score": score,
            "count": count,
            "percent": _percent(count, results.count),
            "width": _percent(count, most),
        }
        for score, count in results.counts.items()
    ]


def _month(month: Month) -> dict[str, Any]:
    return {
        "label": date_format(month.first_on, "YEAR_MONTH_FORMAT"),
        "count": month.count,
        "average": hundredths(month.average_hundredths),
        "nps": month.nps,
    }


def _questions(survey: Survey, opened: list[dict[str, Any]]) -> list[dict[str, Any]]:
    try:
        asked = rules.compiled(survey.questions)
    except rules.BadQuestions:
        return []
    return [_answers(one, opened) for one in asked if one.kind != rules.SCORE]


def _answers(question: Question, opened: list[dict[str, Any]]) -> dict[str, Any]:
    given = [answers[question.code] for answers in opened if question.code in answers]
    if question.kind == rules.TEXT:
        return {"text": _text(question), "comments": given[: selector.MOST_COMMENTS]}
    chosen = Counter(code for one in given for code in ([one] if isinstance(one, str) else one))
    options = [
        {
            "label": _text(one),
            "count": chosen[one.code],
            "percent": _percent(chosen[one.code], len(given)),
        }
        for one in question.options
    ]
    return {"text": _text(question), "options": options}
