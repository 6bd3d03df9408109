"""Who bought again within N days, and who joined and never came a second time."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from analytics.registry.measures import Measure, Value
from analytics.selectors import asking, narrowing, policies, rollups, spans
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters
from analytics.selectors.measures import people, values

STANDARD = (30, 60, 90)
MOST_DAYS, MOST_AT_ONCE = 3_650, 12
_ALL = frozenset({"store", "channel", "tier", "segment"})


@dataclass(frozen=True, kw_only=True)
class Repurchase:
    """Purchase days that are `days` or more before A, and those followed by another one within
    so many days: of members' first ones, and of all."""

    days: int
    first_base: int
    first_repeated: int
    all_base: int
    all_repeated: int


def repurchase(filters: Filters, days: Iterable[int] = STANDARD) -> tuple[Repurchase, ...]:
    """As of the period's last day, over the whole history; two queries for any number of N."""
    wanted = list(days)
    params = narrowing.params(filters) | {"days": wanted}
    firsts = _OF_FIRST.format(firsts=rollups.first_days(filters))
    first = asking.rows(_COUNTED.format(purchases=firsts), params)
    every = asking.rows(_COUNTED.format(purchases=rollups.purchase_days(filters)), params)
    return tuple(
        Repurchase(
            days=number,
            first_base=int(first_base),
            first_repeated=int(first_repeated),
            all_base=int(all_base),
            all_repeated=int(all_repeated),
        )
        for (number, first_base, first_repeated), (_number, all_base, all_repeated) in zip(
            first, every, strict=True
        )
    )


def bounced(filters: Filters) -> tuple[int, int]:
    """New members without a second paid order in their first days, and all whose first days
    ended within the period; one query."""
    days = policies.current().bounce_days
    there = narrowing.of_joiners(filters, rows="m")
    begins, ends = filters.period.from_on, filters.period.until_on
    params = there.params | {
        "days": days,
        "zone": str(spans.zone()),
        "from_at": spans.begins_at(spans.earlier(begins, days)),
        "until_at": spans.begins_at(spans.earlier(ends, days)),
    }
    without, base = asking.row(_BOUNCED.format(there=there.sql), params)
    return without, base


# Ages first, then one row per N: a purchase day is looked at once, however many N there are.
_COUNTED = """
WITH ages AS (
    SELECT %(to_on)s::date - day AS age, next_day - day AS gap, count(*) AS number
    FROM {purchases} d GROUP BY 1, 2
)
SELECT n, coalesce(sum(number) FILTER (WHERE age >= n), 0),
    coalesce(sum(number) FILTER (WHERE age >= n AND gap <= n), 0)
FROM unnest(%(days)s::int[]) WITH ORDINALITY AS wanted(n, position) LEFT JOIN ages ON true
GROUP BY n, position ORDER BY position
"""
_OF_FIRST = "(SELECT first_day AS day, second_day AS next_day FROM {firsts} f)"

# The second order may be of the first day: then that day has two.
_BOUNCED = f"""
SELECT count(*) FILTER (WHERE second.day IS NULL OR second.day - joined_on > %(days)s), count(*)
FROM (
    SELECT m.id, (m.joined_at AT TIME ZONE %(zone)s)::date AS joined_on FROM members_member m
    WHERE m.joined_at >= %(from_at)s AND m.joined_at < %(until_at)s
        AND m.state IN {people.COUNTED} AND {{there}}
) j
LEFT JOIN LATERAL (
    SELECT CASE WHEN f.orders_count > 1 THEN f.day ELSE f.next_day END AS day
    FROM analytics_purchaseday f WHERE f.member_id = j.id AND f.previous_day IS NULL
) second ON true
"""  # noqa: S608


def _of_first(number: int, filters: Filters) -> Value:
    found = repurchase(filters, _asked(number))[_asked(number).index(number)]
    return values.share(found.first_repeated, found.first_base)


def _of_all(number: int, filters: Filters) -> Value:
    found = repurchase(filters, _asked(number))[_asked(number).index(number)]
    return values.share(found.all_repeated, found.all_base)


def _asked(number: int) -> tuple[int, ...]:
    """The usual ones are asked for together, so that a page asks once."""
    return STANDARD if number in STANDARD else (number,)


def _bounce(filters: Filters) -> Value:
    return values.share(*bounced(filters))


def _first(number: int) -> Measure:
    return Measure(
        code=f"repurchase_first_{number}",
        label=format_lazy(_("First orders repeated within {days} days"), days=number),
        definition=format_lazy(
            _(
                "Members whose first purchase day is {days} or more days before the period's last "
                "day; of them, those whose next purchase day is within {days} days. Two orders on "
                "one day are no repurchase."
            ),
            days=number,
        ),
        unit=Unit.PERCENT,
        read=partial(_of_first, number),
        numerator=_("members who bought again in time"),
        denominator=_("members whose time is over"),
        narrowed_by=_ALL,
    )


def _every(number: int) -> Measure:
    return Measure(
        code=f"repurchase_all_{number}",
        label=format_lazy(_("Orders repeated within {days} days"), days=number),
        definition=format_lazy(
            _(
                "All purchase days that are {days} or more days before the period's last day; of "
                "them, those followed by another one of the same member within {days} days."
            ),
            days=number,
        ),
        unit=Unit.PERCENT,
        read=partial(_of_all, number),
        numerator=_("purchase days followed in time"),
        denominator=_("purchase days whose time is over"),
        narrowed_by=_ALL,
    )


MEASURES = (
    *(_first(number) for number in STANDARD),
    *(_every(number) for number in STANDARD),
    Measure(
        code="bounce_rate",
        label=_("Bounce"),
        definition=_(
            "New members whose first 90 days ended within the period; of them, those without a "
            "second paid order in these days. The number of days is a setting."
        ),
        unit=Unit.PERCENT,
        read=_bounce,
        numerator=_("without a second order"),
        denominator=_("new members whose time is over"),
        is_lower_better=True,
        narrowed_by=_ALL,
    ),
)
