"""Does a low health come before silence? Its area under the ROC curve beside that of recency.

Everything known is of days up to the cut-off; who was silent is seen in the days after it.
Source: docs/algorithms/health.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from analytics.rules import ranking
from analytics.rules.policies import Policy
from analytics.selectors import asking, scoring
from analytics.selectors.filters import Period


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """How many members with a health as of `as_of` bought nothing in the `horizon_days` after it,
    and how well health and recency tell them from the others; None where all or none did."""

    as_of: date
    horizon_days: int
    members: int
    silent: int
    health_area: Fraction | None
    recency_area: Fraction | None


def check(*, as_of: date, horizon_days: int, policy: Policy, zone: ZoneInfo) -> HealthCheck:
    """One query; `as_of + horizon_days` must have passed for the answer to mean anything."""
    query = scoring.as_of(Period(from_on=as_of, to_on=as_of), policy=policy, zone=zone)
    params = {**query.params, "ends_on": as_of + timedelta(days=horizon_days)}
    rows = asking.rows(_COUNTS.format(scores=query.sql), params)
    return HealthCheck(
        as_of=as_of,
        horizon_days=horizon_days,
        members=sum(silent + others for _health, _days, silent, others in rows),
        silent=sum(silent for _health, _days, silent, _others in rows),
        # A low health is the warning.
        health_area=_area((-health, silent, others) for health, _days, silent, others in rows),
        recency_area=_area((days, silent, others) for _health, days, silent, others in rows),
    )


def _area(counts: Iterable[tuple[Decimal | int, int, int]]) -> Fraction | None:
    sums: dict[Any, list[int]] = {}
    for figure, silent, others in counts:
        both = sums.setdefault(figure, [0, 0])
        both[0] += silent
        both[1] += others
    return ranking.area_under_curve((figure, *both) for figure, both in sums.items())


# Who is alike in both figures stands in one row: some ten thousand, however many members.
_COUNTS = """
SELECT health, recency_days, count(*) FILTER (WHERE is_silent),
    count(*) FILTER (WHERE NOT is_silent)
FROM (
    SELECT s.health, s.recency_days, NOT EXISTS (
        SELECT FROM analytics_purchaseday d
        WHERE d.member_id = s.member_id AND d.day > %(to_on)s AND d.day <= %(ends_on)s
    ) AS is_silent
    FROM ({scores}) s WHERE s.health IS NOT NULL
) told GROUP BY 1, 2
"""
