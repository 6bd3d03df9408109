"""What members say and how quickly they are answered: NPS and the time of first responses."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from analytics.registry.measures import Measure, Value
from analytics.rules import ratios
from analytics.selectors import asking, narrowing, spans
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters
from members.rules import surveys

_NARROWED = frozenset({"store", "tier", "segment"})


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Answers to surveys of recommendation."""

    promoters: int
    detractors: int
    count: int


@dataclass(frozen=True, kw_only=True)
class Responses:
    """First answers to cases that were opened in the period, in seconds, rounded down once."""

    count: int
    total_seconds: int
    slow_seconds: int | None


def recommendations(filters: Filters) -> Answers:
    """Of the period; one query."""
    there = narrowing.of_members(filters, member="r.member_id")
    params = there.params | spans.of(filters)
    params |= {"high": surveys.PROMOTER_FROM, "low": surveys.DETRACTOR_UP_TO}
    sql = _ANSWERS.format(there=there.sql, stores=narrowing.of_stores(filters, rows="r").sql)
    promoters, detractors, count = asking.row(sql, params)
    return Answers(promoters=promoters, detractors=detractors, count=count)


def responses(filters: Filters) -> Responses:
    """Of the cases opened in the period and answered by its end; one query."""
    there = narrowing.of_members(filters, member="c.member_id")
    sql = _RESPONSES.format(there=there.sql, stores=narrowing.of_stores(filters, rows="c").sql)
    count, total, slow = asking.row(sql, there.params | spans.of(filters))
    return Responses(
        count=count, total_seconds=int(total), slow_seconds=None if slow is None else int(slow)
    )


_ANSWERS = """
SELECT count(*) FILTER (WHERE r.score >= %(high)s), count(*) FILTER (WHERE r.score <= %(low)s),
    count(*)
FROM members_surveyresponse r JOIN members_survey s ON s.id = r.survey_id
WHERE s.kind = 'NPS' AND r.occurred_at >= %(from_at)s AND r.occurred_at < %(until_at)s
    AND {there} AND {stores}
"""
# The nearest rank: of ten answers the ninth, a time that somebody really waited.
_RESPONSES = """
SELECT count(*), coalesce(floor(sum(seconds)), 0),
    floor(percentile_disc(0.9) WITHIN GROUP (ORDER BY seconds))
FROM (
    SELECT extract(epoch FROM c.first_response_at - c.opened_at) AS seconds
    FROM members_servicecase c
    WHERE c.opened_at >= %(from_at)s AND c.opened_at < %(until_at)s
        AND c.first_response_at < %(until_at)s AND {there} AND {stores}
) answered
"""


def _nps(filters: Filters) -> Value:
    found = recommendations(filters)
    above = found.promoters - found.detractors
    return Value(value=ratios.percent(above, found.count), numerator=above, denominator=found.count)


def _mean(filters: Filters) -> Value:
    found = responses(filters)
    return Value(
        value=ratios.each(found.total_seconds, found.count),
        numerator=found.total_seconds,
        denominator=found.count,
    )


def _slow(filters: Filters) -> Value:
    return Value(value=responses(filters).slow_seconds)


MEASURES = (
    Measure(
        code="nps",
        label=_("Recommendation (NPS)"),
        definition=_(
            "Of the answers to recommendation surveys in the period: the percentage that gave 9 "
            "or 10, minus the percentage that gave 0 to 6. From −100 to 100."
        ),
        unit=Unit.NUMBER,
        read=_nps,
        numerator=_("promoters minus detractors"),
        denominator=_("answers"),
        narrowed_by=_NARROWED,
    ),
    Measure(
        code="response_time_mean",
        label=_("Time to the first answer, mean"),
        definition=_(
            "From the opening of a service case to the first answer of the house: the mean over "
            "cases opened in the period and answered by its end."
        ),
        unit=Unit.SECONDS,
        read=_mean,
        numerator=_("seconds together"),
        denominator=_("cases answered"),
        is_lower_better=True,
        narrowed_by=_NARROWED,
    ),
    Measure(
        code="response_time_p90",
        label=_("Time to the first answer, nine in ten"),
        definition=_(
            "The time within which nine in ten of the cases opened in the period and answered by "
            "its end had their first answer."
        ),
        unit=Unit.SECONDS,
        read=_slow,
        is_lower_better=True,
        narrowed_by=_NARROWED,
    ),
)
