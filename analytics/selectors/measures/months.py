"""Cohorts and the life cycle by month: who came, who stayed, who came back, who stayed away."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.registry.measures import Measure, Value
from analytics.rules import months as calendar
from analytics.selectors import asking, narrowing, rollups
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters
from analytics.selectors.measures import values

_ALL = frozenset({"store", "channel", "tier", "segment"})


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """Members whose first paid order was in `month`. `active[k]` of them had a paid order k
    months later; `active[0]` is all of them. The last month may not be over."""

    month: date
    active: tuple[int, ...]

    @property
    def size(self) -> int:
        return self.active[0]


@dataclass(frozen=True, kw_only=True)
class Month:
    """Distinct members: first order in it (`new`), orders in it and the month before
    (`returning`), in it, not the month before, but earlier (`resurrecting`), and in the month
    before but not in it (`dormant`)."""

    month: date
    new: int = 0
    returning: int = 0
    resurrecting: int = 0
    dormant: int = 0

    @property
    def active(self) -> int:
        """MAU of the month: new + returning + resurrecting."""
        return self.new + self.returning + self.resurrecting


def cohorts(filters: Filters) -> tuple[Cohort, ...]:
    """Oldest first, up to the month of the period's last day; one query."""
    sizes: defaultdict[date, Counter[date]] = defaultdict(Counter)
    for cohort, month, _is_returning, members in _counts(filters):
        sizes[cohort][month] += members
    last = filters.as_of.replace(day=1)
    return tuple(
        Cohort(
            month=cohort, active=tuple(sizes[cohort].get(one, 0) for one in _until(cohort, last))
        )
        for cohort in sorted(sizes)
    )


def life_cycle(filters: Filters) -> tuple[Month, ...]:
    """Every month from the first one with an order to that of the period's last day, also those
    without any; the same query as the cohorts'."""
    new: Counter[date] = Counter()
    stayed: Counter[date] = Counter()
    active: Counter[date] = Counter()
    for cohort, month, is_returning, members in _counts(filters):
        active[month] += members
        new[month] += members if cohort == month else 0
        stayed[month] += members if is_returning else 0
    if not active:
        return ()
    found = []
    before = 0
    for month in _until(min(active), filters.as_of.replace(day=1)):
        found.append(
            Month(
                month=month,
                new=new[month],
                returning=stayed[month],
                resurrecting=active[month] - new[month] - stayed[month],
                dormant=before - stayed[month],
            )
        )
        before = active[month]
    return tuple(found)


def last_whole(filters: Filters) -> tuple[Month | None, Month | None]:
    """The last month that was over at the period's last day, and the one before it."""
    over = filters.as_of + timedelta(days=1)
    whole = [one for one in life_cycle(filters) if one.month < over.replace(day=1)]
    return (whole[-1] if whole else None), (whole[-2] if len(whole) > 1 else None)


def _counts(filters: Filters) -> list[tuple[Any, ...]]:
    params = narrowing.params(filters)
    if not narrowing.is_everybody(filters):
        return asking.rows(_COUNTS.format(months=rollups.months(filters)), params)
    whole = {
        "whole_until": filters.period.until_on.replace(day=1),
        "last_month": filters.as_of.replace(day=1),
    }
    return asking.rows(_KEPT, params | whole)


def _until(first: date, last: date) -> Iterator[date]:
    return (starts for starts, _ends in calendar.parts(first, last + timedelta(days=1)))


_RETURNING = "coalesce(previous_month = (month - interval '1 month')::date, false)"
_COUNTS = f"""
SELECT cohort_month, month, {_RETURNING} AS is_returning, count(*)
FROM {{months}} m GROUP BY 1, 2, 3
"""  # noqa: S608
# Months that are over are counted already, and the last one, too, where nothing was bought after
# the period: only of a past day in mid-month members are asked who had bought by then.
_KEPT = f"""
WITH later AS (
    SELECT EXISTS (SELECT FROM analytics_purchasegap WHERE day > %(to_on)s) AS was_bought
)
SELECT cohort_month, month, is_returning, members_count
FROM analytics_cohortmonth
WHERE month < %(whole_until)s
    OR (month = %(last_month)s AND NOT (SELECT was_bought FROM later))
UNION ALL
SELECT m.cohort_month, m.month, {_RETURNING}, count(*)
FROM analytics_membermonth m
WHERE m.month = %(last_month)s AND m.month >= %(whole_until)s
    AND (SELECT was_bought FROM later)
    AND m.member_id IN (
        SELECT member_id FROM analytics_memberday
        WHERE day BETWEEN %(last_month)s AND %(to_on)s
            AND orders_count > 0 AND member_id IS NOT NULL
    )
GROUP BY 1, 2, 3
"""  # noqa: S608


def _retention(filters: Filters) -> Value:
    month, before = last_whole(filters)
    return values.share(month.returning if month else 0, before.active if before else 0)


def _churn(filters: Filters) -> Value:
    month, before = last_whole(filters)
    return values.share(month.dormant if month else 0, before.active if before else 0)


MEASURES = (
    Measure(
        code="month_retention",
        label=_("Retention by month"),
        definition=_(
            "Members with a paid order in the last whole month, of those with one in the month "
            "before it."
        ),
        unit=Unit.PERCENT,
        read=_retention,
        numerator=_("members who bought in both months"),
        denominator=_("members who bought in the month before"),
        narrowed_by=_ALL,
    ),
    Measure(
        code="month_churn",
        label=_("Churn by month"),
        definition=_(
            "Members with a paid order in the month before the last whole one and none in it, of "
            "all with one in that month before."
        ),
        unit=Unit.PERCENT,
        read=_churn,
        numerator=_("members who stayed away"),
        denominator=_("members who bought in the month before"),
        is_lower_better=True,
        narrowed_by=_ALL,
    ),
)
