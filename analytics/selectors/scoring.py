"""Everybody's figures, scores and classes as of a day, by one query over the roll-ups.

It means what `analytics.rules` means of one member; a property test compares the two.
Source: docs/algorithms/rfm.md, life-cycle.md, classes.md, health.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.rules import rfm
from analytics.rules.policies import Policy
from analytics.selectors import narrowing, scoring_contacts, scoring_purchases
from analytics.selectors.filters import Filters, Period
from loyalty.rules import calendar

YEAR_DAYS = 365


@dataclass(frozen=True)
class Scoring:
    """One row per member: the columns of `COLUMNS`, in no order. Amounts are minor units."""

    sql: str
    params: Mapping[str, Any]


# Who has no paid order has no recency; who has none in the window has no r, f, m and RFM classes.
COLUMNS = (
    "member_id",
    "last_day",
    "recency_days",
    "orders_count",
    "purchase_days_count",
    "gap_days",
    "window_orders_count",
    "window_net_amount",
    "year_orders_count",
    "year_net_amount",
    "r_score",
    "f_score",
    "m_score",
    "engagement_score",
    "service_score",
    "rfm_4",
    "rfm_8",
    "rfm_10",
    "stage",
    "value_class",
    "customer_class",
    "health",
    "health_class",
)


def as_of(period: Period, *, policy: Policy, zone: ZoneInfo) -> Scoring:
    """Of all members, as of the period's last day, inclusive."""
    return of(Filters(period=period), policy=policy, zone=zone)


def of(filters: Filters, *, policy: Policy, zone: ZoneInfo) -> Scoring:
    """Of the members that the filters leave, as of their last day, inclusive: members who may be
    profiled and had joined, or bought, by then. `zone` is the programme's.

    With stores or channels chosen it is as if only the sales of those places had been, and who
    never bought there isn't among them.
    """
    has_places, method = narrowing.has_places(filters), rfm.Method(policy.rfm_method)
    sql = _SCORING.format(
        bought=scoring_purchases.bought(filters),
        people=narrowing.of_members(filters, member="m.id").sql,
        never="FALSE" if has_places else "m.joined_at < %(until_at)s",
        contacts=scoring_contacts.SQL,
        **_SCORES[method],
        cuts=_CUTS if method == rfm.Method.RANK else "",
        cut="CROSS JOIN cuts k" if method == rfm.Method.RANK else "",
        segments=_segments(),
    )
    return Scoring(sql, {**narrowing.params(filters), **_params(filters, policy, zone)})


def _params(filters: Filters, policy: Policy, zone: ZoneInfo) -> dict[str, Any]:
    day = filters.as_of
    cuts = {f"cuts_{letter}": list(getattr(policy.rfm_cuts, letter)) for letter in "rfm"}
    plain = {one.name: getattr(policy, one.name) for one in fields(policy)}
    plain.pop("rfm_cuts")
    return {
        **plain,
        **cuts,
        "engagement_cuts": list(policy.engagement_cuts),
        "window_after": day - timedelta(days=policy.rfm_window_days),
        "year_after": day - timedelta(days=YEAR_DAYS),
        "sums_after": day - timedelta(days=max(policy.rfm_window_days, YEAR_DAYS)),
        "until_at": calendar.start_of_day(day + timedelta(days=1), zone),
        "engaged_from": calendar.start_of_day(
            day - timedelta(days=policy.engagement_days - 1), zone
        ),
        "served_from": calendar.start_of_day(day - timedelta(days=policy.service_days - 1), zone),
        "zone": zone.key,
    }


def _segments() -> str:
    """The ten segments as a CASE, from their one definition."""
    whens = [
        f"WHEN {'r <= 2' if score == 2 else f'r = {score}'} AND f <= {limit} THEN '{code}'"
        for score, segments in rfm.SEGMENTS.items()
        for limit, code in segments
    ]
    return " ".join(whens)


# Scores of who bought within the window, worst first; `worth` grows with what is better.
_WORTH = {"r": "-recency_days", "f": "window_orders_count", "m": "window_net_amount"}
_STEPS = range(1, 5)
# 1 + floor(5·(rank − 1)/n) is above s where s fifths of all, rounded up, are worse: where the worth
# is above that of the last of them. So four places of the sorted worths do for everybody's score,
# and nobody's row is sorted.
_RANKED = " + ".join(["1", *(f"({{worth}} > k.{{x}}{step})::int" for step in _STEPS)])
_CUT = ", ".join(
    f"min(worth) FILTER (WHERE upto * 5 >= {step} * n) AS {{x}}{step}" for step in _STEPS
)
_CUTS_OF = f"""(
    SELECT {_CUT} FROM (
        SELECT {{worth}} AS worth, sum(count(*)) OVER (ORDER BY {{worth}}) AS upto
        FROM people WHERE is_scored GROUP BY {{worth}}
    ) sorted, (SELECT n FROM whole) whole
) cuts_{{x}}"""  # noqa: S608
_ALL_CUTS = ", ".join(_CUTS_OF.format(x=x, worth=worth) for x, worth in _WORTH.items())
_CUTS = f", cuts AS (SELECT * FROM {_ALL_CUTS})"  # noqa: S608
_TILED = "ntile(5) OVER (PARTITION BY is_scored ORDER BY {worth}, c.member_id)"
_SCORES: Mapping[rfm.Method, Mapping[str, str]] = {
    rfm.Method.RANK: {x: _RANKED.format(x=x, worth=worth) for x, worth in _WORTH.items()},
    rfm.Method.NTILE: {x: _TILED.format(worth=worth) for x, worth in _WORTH.items()},
    rfm.Method.MEAN: {x: f"CASE WHEN is_{x}_high THEN 5 ELSE 1 END" for x in "rfm"},
    rfm.Method.FIXED: {
        "r": "1 + (SELECT count(*) FROM unnest(%(cuts_r)s::bigint[]) cut"
        " WHERE recency_days <= cut)",
        "f": "1 + (SELECT count(*) FROM unnest(%(cuts_f)s::bigint[]) cut"
        " WHERE window_orders_count >= cut)",
        "m": "1 + (SELECT count(*) FROM unnest(%(cuts_m)s::bigint[]) cut"
        " WHERE window_net_amount >= cut)",
    },
}

# Means are compared as whole numbers: at least the mean is high, of days at most. Health counts
# who bought, but not within the window, as the lowest.
_SCORING = """
WITH {contacts}, bought AS ({bought}), people AS (
    SELECT m.id AS member_id, b.last_day, %(to_on)s::date - b.last_day AS recency_days,
        coalesce(b.orders_count, 0) AS orders_count,
        coalesce(b.purchase_days_count, 0) AS purchase_days_count, b.gap_days,
        coalesce(b.window_orders_count, 0) AS window_orders_count,
        coalesce(b.window_net_amount, 0) AS window_net_amount,
        coalesce(b.year_orders_count, 0) AS year_orders_count,
        coalesce(b.year_net_amount, 0) AS year_net_amount,
        coalesce(b.window_orders_count, 0) > 0 AS is_scored
    FROM members_member m LEFT JOIN bought b ON b.member_id = m.id
    WHERE m.state = 'ACTIVE' AND m.is_profiled AND {people}
        AND (b.member_id IS NOT NULL OR {never})
), whole AS (
    SELECT count(*) AS n, sum(recency_days) AS r, sum(window_orders_count) AS f,
        sum(window_net_amount) AS m
    FROM people WHERE is_scored
){cuts}, compared AS (
    SELECT p.*, recency_days * w.n <= w.r AS is_r_high,
        window_orders_count * w.n >= w.f AS is_f_high,
        window_net_amount::numeric * w.n >= w.m AS is_m_high
    FROM people p CROSS JOIN whole w
), scored AS (
    SELECT c.*,
        CASE WHEN is_scored THEN ({r})::int END AS r,
        CASE WHEN is_scored THEN ({f})::int END AS f,
        CASE WHEN is_scored THEN ({m})::int END AS m,
        CASE WHEN (SELECT EXISTS (SELECT FROM engaged)) THEN 1 + (
            SELECT count(*) FROM unnest(%(engagement_cuts)s::bigint[]) cut
            WHERE coalesce(e.days_count, 0) >= cut
        )::int END AS engagement_score,
        s.service_score
    FROM compared c {cut}
    LEFT JOIN engaged e ON e.member_id = c.member_id
    LEFT JOIN served s ON s.member_id = c.member_id
), weighed AS (
    SELECT s.*, %(health_r_percent)s + %(health_f_percent)s + %(health_m_percent)s
            + CASE WHEN engagement_score IS NULL THEN 0 ELSE %(health_engagement_percent)s END
            + CASE WHEN service_score IS NULL THEN 0 ELSE %(health_service_percent)s END AS whole,
        %(health_r_percent)s * (coalesce(r, 1) - 1)
            + %(health_f_percent)s * (coalesce(f, 1) - 1)
            + %(health_m_percent)s * (coalesce(m, 1) - 1)
            + coalesce(%(health_engagement_percent)s * (engagement_score - 1), 0)
            + coalesce(%(health_service_percent)s * (service_score - 1), 0) AS reached
    FROM scored s
), told AS (
    SELECT w.*, CASE WHEN recency_days IS NOT NULL
        THEN round(100.0 * reached / nullif(4 * whole, 0), 2) END AS health
    FROM weighed w
)
SELECT member_id, last_day, recency_days, orders_count, purchase_days_count, gap_days,
    window_orders_count, window_net_amount, year_orders_count, year_net_amount,
    r AS r_score, f AS f_score, m AS m_score, engagement_score, service_score,
    CASE WHEN NOT is_scored THEN '' WHEN NOT is_r_high THEN 'dormant'
        WHEN NOT is_f_high THEN 'potential' WHEN is_m_high THEN 'high_value'
        ELSE 'active' END AS rfm_4,
    CASE WHEN is_scored
        THEN concat(is_r_high::int, is_f_high::int, is_m_high::int) ELSE '' END AS rfm_8,
    CASE WHEN NOT is_scored THEN '' {segments} END AS rfm_10,
    CASE WHEN recency_days IS NULL THEN 'acquisition'
        WHEN recency_days > %(lost_days)s THEN 'lost'
        WHEN recency_days > %(decline_days)s THEN 'decline'
        WHEN purchase_days_count >= %(gap_from_days_count)s AND gap_days IS NOT NULL
            AND recency_days > %(gap_factor)s * greatest(gap_days, %(gap_floor_days)s)
            THEN 'decline'
        WHEN year_orders_count >= %(mature_orders_count)s THEN 'maturity'
        ELSE 'growth' END AS stage,
    CASE WHEN year_net_amount >= %(value_high_amount)s
            AND greatest(year_orders_count - 1, 0) >= %(value_high_repeats)s THEN 'high'
        WHEN year_net_amount < %(value_basic_amount)s
            AND greatest(year_orders_count - 1, 0) <= %(value_basic_repeats)s THEN 'basic'
        ELSE 'potential' END AS value_class,
    CASE WHEN recency_days IS NULL THEN 'non_customer'
        WHEN orders_count >= %(lost_orders_count)s AND recency_days > %(lost_customer_days)s
            THEN 'lost'
        WHEN year_orders_count >= %(loyal_orders_count)s AND recency_days <= %(loyal_days)s
            THEN 'loyal'
        WHEN orders_count = 1 THEN 'potential'
        ELSE 'occasional' END AS customer_class,
    health,
    CASE WHEN health IS NULL THEN '' WHEN health < %(health_warning)s THEN 'low'
        ELSE 'fine' END AS health_class
FROM told
"""
