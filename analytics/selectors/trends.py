"""Sales, orders and new members along a period: by day, by week where it is long, or by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from analytics.selectors import asking, narrowing, spans
from analytics.selectors.filters import Filters, Period
from analytics.selectors.measures import people

MOST_DAYS, MOST_WEEK_DAYS = 92, 400
WEEK = 7


class Grain(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class Point:
    """One day, week (from `from_on`) or month; amounts in minor units, net of refunds."""

    from_on: date
    sales: int = 0
    orders: int = 0
    member_sales: int = 0
    member_orders: int = 0


def grain_of(period: Period) -> Grain:
    """What a period is cut into, so that a line has some dozen points."""
    if period.days_count <= MOST_DAYS:
        return Grain.DAY
    return Grain.WEEK if period.days_count <= MOST_WEEK_DAYS else Grain.MONTH


def starts_of(period: Period, grain: Grain) -> list[date]:
    """The first days of its parts. Weeks are counted from the period's first day, so that they
    are whole but for the last; months are the calendar's."""
    if grain == Grain.MONTH:
        return _months(period)
    step = 1 if grain == Grain.DAY else WEEK
    return [period.from_on + timedelta(days=number) for number in range(0, period.days_count, step)]


def sales(filters: Filters, period: Period, grain: Grain) -> tuple[Point, ...]:
    """The period's parts in order, also those without an order; one query."""
    if filters.tier_ids is None and filters.segment_id is None:
        found = narrowing.of_places(filters, rows="k")
        sql = _OF_DAYS.format(there=found.sql)
    else:
        found = narrowing.of_sales(filters, rows="d")
        sql = _OF_MEMBERS.format(there=found.sql)
    starts = starts_of(period, grain)
    rows = asking.rows(sql, found.params | _cut(starts, period))
    points = {
        start: Point(
            from_on=start,
            sales=int(sums[0]),
            orders=int(sums[1]),
            member_sales=int(sums[2]),
            member_orders=int(sums[3]),
        )
        for start, *sums in rows
    }
    return tuple(points.get(start, Point(from_on=start)) for start in starts)


def joined(filters: Filters, period: Period, grain: Grain) -> tuple[int, ...]:
    """New members of the period's parts in order, by store and channel of joining; one query."""
    found = narrowing.of_joiners(filters, rows="m")
    starts = starts_of(period, grain)
    params = {
        **found.params,
        **_cut(starts, period),
        "zone": str(spans.zone()),
        "from_at": spans.begins_at(period.from_on),
        "until_at": spans.begins_at(period.until_on),
    }
    counts: dict[date, int] = dict(asking.rows(_JOINED.format(there=found.sql), params))
    return tuple(counts.get(start, 0) for start in starts)


def _cut(starts: Sequence[date], period: Period) -> dict[str, object]:
    return {"starts": list(starts), "first_on": period.from_on, "last_on": period.to_on}


def _months(period: Period) -> list[date]:
    starts = [period.from_on]
    while (
        later := (starts[-1].replace(day=1) + timedelta(days=32)).replace(day=1)
    ) <= period.to_on:
        starts.append(later)
    return starts


_PART = "(%(starts)s::date[])[width_bucket({day}, %(starts)s::date[])]"
_OF_DAYS = f"""
SELECT {_PART.format(day="k.day")}, sum(k.net_amount), sum(k.orders_count),
    sum(k.member_net_amount), sum(k.member_orders_count)
FROM analytics_kpiday k
WHERE k.day BETWEEN %(first_on)s AND %(last_on)s AND {{there}} GROUP BY 1
"""  # noqa: S608
_OF_MEMBERS = f"""
SELECT {_PART.format(day="d.day")}, sum(d.net_amount), sum(d.orders_count),
    sum(d.net_amount), sum(d.orders_count)
FROM analytics_memberday d
WHERE d.day BETWEEN %(first_on)s AND %(last_on)s AND {{there}} GROUP BY 1
"""  # noqa: S608
_JOINED = f"""
SELECT {_PART.format(day="(m.joined_at AT TIME ZONE %(zone)s)::date")}, count(*)
FROM members_member m
WHERE m.joined_at >= %(from_at)s AND m.joined_at < %(until_at)s
    AND m.state IN {people.COUNTED} AND {{there}}
GROUP BY 1
"""  # noqa: S608
