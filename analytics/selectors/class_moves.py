"""How members moved between classes: from one day to another, and day by day.

The class as of a day is what the last change up to that day led to. Who is not scored any more
(merged, erased, restricted, objected) is in none of these figures.
Source: docs/algorithms/class-moves.md.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.cache import cache

from analytics.models import ClassKind
from analytics.rules import rfm
from analytics.rules.classes import CODES
from analytics.selectors import asking, narrowing, policies
from analytics.selectors.filters import Filters, Period
from analytics.services.member_score_sql import KINDS

_KEPT_SECONDS = 2 * 86_400
# Members by class, by day.
Days = Mapping[date, Mapping[str, int]]


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Members who were in one class and then in another, or the same; "" is none."""

    before: str
    after: str
    members: int


@dataclass(frozen=True, kw_only=True)
class Flows:
    """Of everybody who is scored now, as of `first_on` and as of `last_on`, both inclusive. The
    days are None where fewer than two nights of the period are known."""

    first_on: date | None = None
    last_on: date | None = None
    flows: tuple[Flow, ...] = ()

    @property
    def members(self) -> int:
        """In a class on either day."""
        return sum(one.members for one in self.flows)

    @property
    def moved(self) -> int:
        return sum(one.members for one in self.flows if one.before != one.after)


def known() -> Period | None:
    """The first and the last day as of which a whole night found classes; None before the first
    night. One query."""
    first, last = asking.row("SELECT min(day), max(day) FROM analytics_classday", {})
    return None if first is None else Period(from_on=first, to_on=last)


def flows(filters: Filters, kind: ClassKind) -> Flows:
    """From the first known day of the period to the last one; who was in no class on both isn't
    there. The most members first. Three queries, of which kinds share two."""
    nights = known()
    if nights is None:
        return Flows()
    first_on = max(filters.period.from_on, nights.from_on)
    last_on = min(filters.period.to_on, nights.to_on)
    if first_on >= last_on:
        return Flows()
    return Flows(
        first_on=first_on, last_on=last_on, flows=_flows(filters, kind, (first_on, last_on))
    )


def _flows(filters: Filters, kind: ClassKind, days: tuple[date, date]) -> tuple[Flow, ...]:
    """Everybody stands where they are now, but those who changed since the first day."""
    there = narrowing.of_members(filters, member="s.member_id")
    warning = {"warning": policies.current().health_warning}
    counts: Counter[tuple[str, str]] = Counter()
    columns = ", ".join(_NOW.values())
    if narrowing.has_people(filters):
        standing = _STANDING.format(columns=columns, there=there.sql)
    else:
        standing = _STANDING_ALL.format(columns=columns)
    place = list(_NOW).index(kind)
    for *stand, count in asking.rows(standing, there.params | warning):
        counts[stand[place], stand[place]] += count
    codes = CODES[kind.value]
    params = {"kind": kind.value, "first_on": days[0], "last_on": days[1], "codes": list(codes)}
    changed = _CHANGED.format(now=_NOW[kind], there=there.sql, told=_TOLD)
    # The place in the list, from 1; in no class is 0.
    named = ("", *codes)
    every = there.params | params | warning
    for now, first, later, count in _changes(filters, changed, every):
        counts[now, now] -= count
        counts[named[first], now if later is None else named[later]] += count
    found = [
        Flow(before=before, after=after, members=count)
        for (before, after), count in counts.items()
        if count and (before or after)
    ]
    return tuple(sorted(found, key=lambda one: (-one.members, one.before, one.after)))


def _changes(filters: Filters, sql: str, params: Mapping[str, Any]) -> asking.Rows:
    """Whole, the answer is kept until somebody's scores or changes are others: a night's, or those
    of a member who is merged, erased or objects. Tiers and segments are those of now."""
    if narrowing.has_people(filters):
        return asking.rows(sql, params)
    said = repr((sql, sorted(params.items()), asking.row(_VERSION, params)))
    key = f"class-moves:{hashlib.sha256(said.encode()).hexdigest()}"
    found: asking.Rows | None = cache.get(key)
    if found is None:
        found = asking.rows(sql, params)
        cache.set(key, found, _KEPT_SECONDS)
    return found


def of_four(eight: Flows) -> Flows:
    """The flows of the four classes: made of the same three bits as the eight. No query."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in eight.flows:
        counts[_four(one.before), _four(one.after)] += one.members
    found = [Flow(before=one, after=other, members=n) for (one, other), n in counts.items()]
    return replace(
        eight, flows=tuple(sorted(found, key=lambda one: (-one.members, one.before, one.after)))
    )


def _four(code: str) -> str:
    return code and rfm.class_4(*(bit == "1" for bit in code))


def by_day(period: Period, kinds: Collection[ClassKind]) -> Mapping[ClassKind, Days]:
    """How many members each night of the period found in each class; one query."""
    found: dict[ClassKind, dict[date, dict[str, int]]] = {kind: {} for kind in kinds}
    params = {
        "from_on": period.from_on,
        "to_on": period.to_on,
        "kinds": sorted(kind.value for kind in kinds),
    }
    for kind, day, code, count in asking.rows(_DAYS, params):
        found[ClassKind(kind)].setdefault(day, {})[code] = count
    return found


def moved_by_day(period: Period, kind: ClassKind) -> Mapping[date, Mapping[tuple[str, str], int]]:
    """Members who went from one class to another, by the night that found it; one query."""
    params = {"from_on": period.from_on, "to_on": period.to_on, "kind": kind.value}
    found: defaultdict[date, dict[tuple[str, str], int]] = defaultdict(dict)
    for day, before, after, count in asking.rows(_MOVED, params):
        found[day][before, after] = count
    return found


# A change that is told is a new row, one that is taken back or forgotten is missing in a sum.
_VERSION = """
SELECT count(*), sum(members_count), sum(window_net_amount), sum(year_net_amount),
    sum(recency_days), sum(year_orders_count), (SELECT max(day) FROM analytics_classday),
    (SELECT max(id) FROM analytics_classchange), (
        SELECT sum(members_count) FROM analytics_classmove
        WHERE kind = %(kind)s AND day > %(first_on)s
    )
FROM analytics_scoregroup
"""
_NOW = {kind: f"s.{column}" for kind, column in KINDS.items()} | {
    ClassKind.HEALTH: "CASE WHEN s.health IS NULL THEN ''"
    " WHEN s.health < %(warning)s THEN 'low' ELSE 'fine' END"
}
# What the next change says it came from is what the last one led to; who has none since is where
# they are now. So changes older than the period aren't read, however long the history is, and who
# didn't change is only counted.
_CHANGED = """
WITH changed AS (
    SELECT c.member_id, min({told}) AS first,
        min({told}) FILTER (WHERE c.day > %(last_on)s) AS later
    FROM analytics_classchange c
    WHERE c.kind = %(kind)s AND c.day > %(first_on)s GROUP BY c.member_id
)
SELECT {now} AS now, c.first %% 64, c.later %% 64, count(*)
FROM changed c JOIN analytics_memberscore s ON s.member_id = c.member_id
WHERE {there} GROUP BY 1, 2, 3
"""
# A day and the place of a class in one number: the least is the class before the first change.
_TOLD = (
    "(c.day - %(first_on)s::date)::bigint * 64"
    " + coalesce(array_position(%(codes)s::text[], c.before::text), 0)"
)
# The same question for every kind, so that a page asks it once.
_STANDING = """
SELECT {columns}, count(*) FROM analytics_memberscore s WHERE {there} GROUP BY {columns}
"""
_STANDING_ALL = """
SELECT {columns}, sum(s.members_count)::bigint FROM analytics_scoregroup s GROUP BY {columns}
"""
_DAYS = """
SELECT kind, day, code, members_count FROM analytics_classday
WHERE kind = ANY(%(kinds)s) AND day BETWEEN %(from_on)s AND %(to_on)s ORDER BY day
"""
_MOVED = """
SELECT day, before, after, members_count FROM analytics_classmove
WHERE kind = %(kind)s AND day BETWEEN %(from_on)s AND %(to_on)s ORDER BY 1, 2, 3
"""
