"""What the counts of gaps between purchase days answer, of all members and all sales: who bought
again in time, whose last purchase day was when, and how many of a span came back.

Where a place, tier or segment is chosen the purchase days themselves are asked (`rollups`).
Source: docs/algorithms/facts.md.
"""

from collections.abc import Collection, Sequence

from analytics.models.purchase_gaps import MOST_GAP_DAYS
from analytics.selectors import asking, narrowing
from analytics.selectors.filters import Filters

# Longer gaps are one.
MOST_DAYS = MOST_GAP_DAYS - 1


def can_tell(filters: Filters, days: Collection[int]) -> bool:
    """Whether these many days are told apart, and nothing is narrowed."""
    return narrowing.is_everybody(filters) and all(0 <= one <= MOST_DAYS for one in days)


def repeated(filters: Filters, days: Sequence[int]) -> list[tuple[int, int, int, int]]:
    """For each N: first purchase days N or more days before the last one, those of them followed
    within N days, and both of all purchase days. One query."""
    counts = ", ".join(_REPEATED.format(days=int(one)) for one in days)
    found = asking.row(_OF_GAPS.format(counts=counts), narrowing.params(filters))
    whole = [int(one or 0) for one in found]
    return [
        (whole[place], whole[place + 1], whole[place + 2], whole[place + 3])
        for place in range(0, len(whole), 4)
    ]


def ages(filters: Filters, cuts: Sequence[int]) -> tuple[list[int], int]:
    """Buyers whose last purchase day was up to so many days ago, for each cut, and all buyers by
    the period's last day. One query."""
    counts = ", ".join(_AGED.format(days=int(one)) for one in cuts)
    found = asking.row(_OF_GAPS.format(counts=f"{counts}, {_BUYERS}"), narrowing.params(filters))
    *aged, buyers = (int(one or 0) for one in found)
    return aged, buyers


def buyers(filters: Filters) -> int:
    """Distinct members with a purchase day in the period: each has one that is their last one in
    it. One query."""
    return int(asking.row(_BOUGHT, narrowing.params(filters))[0])


# Sums of nothing are NULL. A gap is longer than the days since where nothing was bought again.
_OF_GAPS = "SELECT {counts} FROM analytics_purchasegap g WHERE g.day <= %(to_on)s"
_OLD = "day <= %(to_on)s::date - {days}"
_REPEATED = f"""sum(days_count) FILTER (WHERE is_first AND {_OLD}),
    sum(days_count) FILTER (WHERE is_first AND {_OLD} AND gap_days <= {{days}}),
    sum(days_count) FILTER (WHERE {_OLD}),
    sum(days_count) FILTER (WHERE {_OLD} AND gap_days <= {{days}})"""
_AGED = """sum(days_count) FILTER (
        WHERE day >= %(to_on)s::date - {days} AND day + gap_days > %(to_on)s)"""
_BOUGHT = """
SELECT coalesce(sum(days_count), 0) FROM analytics_purchasegap
WHERE day BETWEEN %(from_on)s AND %(to_on)s AND day + gap_days > %(to_on)s
"""
_BUYERS = "sum(days_count) FILTER (WHERE is_first)"
