"""The funnel of acquisition: each step is the intersection with the one before."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.selectors import asking, narrowing, spans
from analytics.selectors.filters import Filters
from analytics.selectors.measures import people


@dataclass(frozen=True, kw_only=True)
class Step:
    """So many reached this step and every one before it."""

    code: str
    label: Promise
    definition: Promise
    count: int


def acquisition(filters: Filters) -> tuple[Step, ...]:
    """From visiting to a second order, for those who visited in the period; one query.

    A visitor whom a channel never named counts once per source and visitor's id, and can't come
    to the next step: nobody knows who they are.
    """
    visited, joined, first, second = asking.row(*_question(filters, _VISITED))
    return (_VISITS.of(visited), _JOINS.of(joined), *_orders(first, second))


def joining(filters: Filters) -> tuple[Step, ...]:
    """From joining to a second order, for everyone who joined in the period; one query."""
    joined, first, second = asking.row(*_question(filters, _JOINED))
    return (_ALL_JOINS.of(joined), *_orders(first, second))


def _question(filters: Filters, sql: str) -> tuple[str, dict[str, Any]]:
    events = narrowing.of_events(filters, rows="e")
    joiners = narrowing.of_joiners(filters, rows="m")
    return sql.format(events=events.sql, there=joiners.sql), joiners.params | spans.of(filters)


def _orders(first: int, second: int) -> tuple[Step, ...]:
    return (_FIRST_ORDERS.of(first), _SECOND_ORDERS.of(second))


@dataclass(frozen=True)
class _Named:
    code: str
    label: Promise
    definition: Promise

    def of(self, count: int) -> Step:
        return Step(code=self.code, label=self.label, definition=self.definition, count=int(count))


_VISITS = _Named(
    "visited",
    _("Visited"),
    _(
        "People who did something in a channel in the period and were no members when it began: "
        "members by name, others once for each visitor's id."
    ),
)
# Elsewhere the word stands over a day.
_JOINED_WORD = pgettext_lazy("step of a funnel", "Joined")
_JOINS = _Named("joined", _JOINED_WORD, _("Of them, members who joined in the period."))
_ALL_JOINS = _Named("joined", _JOINED_WORD, _("Members who joined in the period."))
_FIRST_ORDERS = _Named(
    "first_order", _("First order"), _("Of them, those with a paid order by the period's end.")
)
_SECOND_ORDERS = _Named(
    "second_order",
    _("Second order"),
    _("Of them, those with two or more paid orders by the period's end."),
)

# The second order may be of the first day.
_ORDERS = f"""
joined AS (
    SELECT m.id FROM members_member m
    WHERE m.joined_at >= %(from_at)s AND m.joined_at < %(until_at)s
        AND m.state IN {people.COUNTED} AND {{there}}
),
bought AS (
    SELECT f.member_id,
        f.orders_count > 1 OR coalesce(f.next_day <= %(to_on)s, false) AS has_second
    FROM joined j JOIN analytics_purchaseday f ON f.member_id = j.id
    WHERE f.previous_day IS NULL AND f.day <= %(to_on)s
)
"""  # noqa: S608
_JOINED = f"""
WITH {_ORDERS}
SELECT (SELECT count(*) FROM joined), count(*), count(*) FILTER (WHERE has_second) FROM bought
"""  # noqa: S608
_VISITED = f"""
WITH {_ORDERS}, visited AS (
    SELECT e.member_id, NULL AS source, NULL AS visitor FROM members_behaviorevent e
    WHERE e.occurred_at >= %(from_at)s AND e.occurred_at < %(until_at)s
        AND e.member_id IS NOT NULL AND {{events}}
        AND e.member_id NOT IN (SELECT id FROM members_member WHERE joined_at < %(from_at)s)
    GROUP BY e.member_id
    UNION ALL
    SELECT NULL, e.source, e.visitor FROM members_behaviorevent e
    WHERE e.occurred_at >= %(from_at)s AND e.occurred_at < %(until_at)s
        AND e.member_id IS NULL AND e.visitor <> '' AND {{events}}
    GROUP BY e.source, e.visitor
)
SELECT count(*), count(j.id), count(b.member_id), count(*) FILTER (WHERE b.has_second)
FROM visited v LEFT JOIN joined j ON j.id = v.member_id
LEFT JOIN bought b ON b.member_id = j.id
"""  # noqa: S608
