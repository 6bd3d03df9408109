"""Points along a period, points of orders by place, and what lapses in the months to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from analytics.selectors import asking, narrowing, spans, trends
from analytics.selectors.filters import Filters, Period
from analytics.selectors.trends import Grain

# The rest of the month, and the twelve after it.
MONTHS_AHEAD = 12


@dataclass(frozen=True, kw_only=True)
class Part:
    """A day, week (from `from_on`) or month; each above zero. `redeemed` is net of what refunds
    gave back."""

    from_on: date
    issued: int = 0
    redeemed: int = 0
    expired: int = 0
    clawed_back: int = 0


@dataclass(frozen=True, kw_only=True)
class WithOrders:
    """Points that the orders of these days earned and spent; refunds don't lower them."""

    from_on: date
    earned: int = 0
    spent: int = 0


@dataclass(frozen=True, kw_only=True)
class Lapsing:
    """Points whose last day lies in the month, if nobody uses them; `held` ones wait for an order
    to be finished."""

    month: date
    points: int = 0
    held: int = 0


def parts(period: Period, grain: Grain) -> tuple[Part, ...]:
    """The whole chain's, in order, also parts without an entry; one query."""
    starts = trends.starts_of(period, grain)
    found = {
        start: Part(from_on=start, issued=sums[0], redeemed=sums[1], expired=sums[2],
                    clawed_back=sums[3])
        for start, *sums in _rows(_PARTS, _cut(starts, period))
    }  # fmt: skip
    return tuple(found.get(start, Part(from_on=start)) for start in starts)


def with_orders(filters: Filters, grain: Grain) -> tuple[WithOrders, ...]:
    """In order, also parts without an order; one query."""
    if filters.tier_ids is None and filters.segment_id is None:
        there, table = narrowing.of_places(filters, rows="d"), "analytics_kpiday"
    else:
        there, table = narrowing.of_sales(filters, rows="d"), "analytics_memberday"
    starts = trends.starts_of(filters.period, grain)
    params = there.params | _cut(starts, filters.period)
    found = {
        start: WithOrders(from_on=start, earned=earned, spent=spent)
        for start, earned, spent in _rows(_OF_ORDERS.format(table=table, there=there.sql), params)
    }
    return tuple(found.get(start, WithOrders(from_on=start)) for start in starts)


def lapsing(filters: Filters) -> tuple[Lapsing, ...]:
    """What members hold now, by the month of the last day on which it can be used: the month of
    the period's last day, from that day on, and the twelve months after it. One query."""
    there = narrowing.of_members(filters, member="l.member_id")
    months = _months(filters.as_of)
    params = {
        **there.params,
        "zone": str(spans.zone()),
        "from_at": spans.begins_at(filters.as_of),
        "until_at": spans.begins_at(_after(months[-1])),
    }
    found = {
        month: Lapsing(month=month, points=points, held=held)
        for month, points, held in _rows(_LAPSING.format(there=there.sql), params)
    }
    return tuple(found.get(month, Lapsing(month=month)) for month in months)


def _rows(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    """A day and whole numbers."""
    return [(day, *map(int, sums)) for day, *sums in asking.rows(sql, params)]


def _cut(starts: Sequence[date], period: Period) -> dict[str, Any]:
    return {"starts": list(starts), "from_on": period.from_on, "to_on": period.to_on}


def _months(day: date) -> list[date]:
    months = [day.replace(day=1)]
    while len(months) <= MONTHS_AHEAD:
        months.append(_after(months[-1]))
    return months


def _after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


_PART = "(%(starts)s::date[])[width_bucket(d.day, %(starts)s::date[])]"
_PARTS = f"""
SELECT {_PART}, coalesce(sum(d.points) FILTER (WHERE d.kind = 'EARN'), 0),
    coalesce(-sum(d.points) FILTER (WHERE d.kind IN ('REDEEM', 'RESTORE')), 0),
    coalesce(-sum(d.points) FILTER (WHERE d.kind = 'EXPIRE'), 0),
    coalesce(-sum(d.points) FILTER (WHERE d.kind = 'CLAWBACK'), 0)
FROM analytics_pointsday d WHERE d.day BETWEEN %(from_on)s AND %(to_on)s GROUP BY 1
"""  # noqa: S608
_OF_ORDERS = f"""
SELECT {_PART}, sum(d.earned_points), sum(d.spent_points)
FROM {{table}} d WHERE d.day BETWEEN %(from_on)s AND %(to_on)s AND {{there}} GROUP BY 1
"""  # noqa: S608
# Who has points until midnight has them on the day before.
_LAPSING = """
SELECT date_trunc('month', (l.expires_at - interval '1 microsecond') AT TIME ZONE %(zone)s)::date,
    sum(l.remaining_points - l.held_points), sum(l.held_points)
FROM loyalty_lot l
WHERE l.is_open AND l.expires_at > %(from_at)s AND l.expires_at <= %(until_at)s AND {there}
GROUP BY 1
"""
