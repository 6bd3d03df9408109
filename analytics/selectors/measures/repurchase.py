"""Who bought again within N days, and who joined and never came a second time."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from analytics.registry.measures import Measure, Value
from analytics.selectors import asking, narrowing, policies, purchase_gaps, rollups, spans
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters
from analytics.selectors.measures import people, values

STANDARD = (30, 60, 90)
MOST_DAYS, MOST_AT_ONCE = 3_650, 12
_ALL = frozenset({"store", "channel", "tier", "segment"})


@dataclass(frozen=True)
class Repurchase:
    """Purchase days that are `days` or more before A, and those followed by another one within
    so many days: of members' first ones, and of all."""

    days: int
    first_base: int
    first_repeated: int
    all_base: int
    all_repeated: int


def repurchase(filters: Filters, days: Iterable[int] = STANDARD) -> tuple[Repurchase, ...]:
    """As of the period's last day, over the whole history; for any number of N one query, and two
    where something is narrowed."""
    wanted = list(days)
    if purchase_gaps.can_tell(filters, wanted):
        counted = purchase_gaps.repeated(filters, wanted)
        return tuple(Repurchase(number, *of) for number, of in zip(wanted, counted, strict=True))
    firsts = _OF_FIRST.format(firsts=rollups.first_days(filters))
    first = _counted(filters, wanted, firsts)
    every = _counted(filters, wanted, rollups.purchase_days(filters))
    return tuple(
        Repurchase(
            days=number,
            first_base=first[2 * place],
            first_repeated=first[2 * place + 1],
            all_base=every[2 * place],
            all_repeated=every[2 * place + 1],
        )
        for place, number in enumerate(wanted)
    )


def _counted(filters: Filters, days: list[int], purchases: str) -> tuple[int, ...]:
    """Base and repeated for each N, one after the other."""
    counts = ", ".join(_COUNT.format(days=int(number)) for number in days)
    sql = _COUNTED.format(counts=counts, purchases=purchases)
    return asking.row(sql, narrowing.params(filters))


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


# Columns instead of rows: one pass, which the server may share out among its workers.
_COUNT = """count(*) FILTER (WHERE day <= %(to_on)s::date - {days}),
    count(*) FILTER (WHERE day <= %(to_on)s::date - {days} AND next_day <= day + {days})"""
_COUNTED = "SELECT {counts} FROM {purchases} d"
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
