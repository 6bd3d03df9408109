"""The days of members' windows, read behind their locks: what may leave them, and what stays."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.db import connection

from loyalty.services.states import Days, State

# Awards are append-only: those of a member who was merged stay with the retired id.
_DAYS = """
SELECT d.member_id, d.day, sum(d.spend)::bigint, sum(d.orders)::bigint, sum(d.qualifying)::bigint
FROM (
    SELECT a.member_id, o.business_date AS day,
           o.net_amount - o.refunded_amount + o.refunded_shipping_amount AS spend,
           (o.net_amount - o.refunded_amount + o.refunded_shipping_amount > 0)::int AS orders,
           o.qualifying_points - o.returned_qualifying_points AS qualifying
    FROM loyalty_account a
    JOIN loyalty_order o ON o.member_id = a.member_id AND o.business_date >= a.window_from_on
    WHERE a.member_id = ANY(%(ids)s)
    UNION ALL
    SELECT a.member_id, b.business_date, 0, 0, b.qualifying_points
    FROM loyalty_account a
    CROSS JOIN LATERAL (
        SELECT a.member_id AS id
        UNION ALL
        SELECT m.id FROM members_member m WHERE m.merged_into_id = a.member_id
    ) who
    JOIN loyalty_behavioraward b ON b.member_id = who.id AND b.business_date >= a.window_from_on
    WHERE a.member_id = ANY(%(ids)s) AND a.window_qualifying_points > 0
      AND b.qualifying_points <> 0
) d
GROUP BY d.member_id, d.day ORDER BY d.member_id, d.day
"""


def of_members(*, member_ids: Collection[int]) -> dict[int, Days]:
    """Net spend, paid orders and qualifying points by member and day, oldest first, since their
    windows began; one query."""
    found: dict[int, Days] = {}
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, {"ids": list(member_ids)})
        for member_id, day, spend, orders, qualifying in cursor.fetchall():
            found.setdefault(member_id, []).append((day, spend, orders, qualifying))
    return found


def read(states: Iterable[State]) -> None:
    """Lets windows know their days before they move."""
    by_id = {state.member_id: state for state in states}
    if by_id:
        found = of_members(member_ids=by_id)
        for member_id, state in by_id.items():
            state.window.aging = found.get(member_id, [])


_SUMS = """
SELECT x.member_id, coalesce(sum(d.spend), 0)::bigint, coalesce(sum(d.orders), 0)::bigint,
       coalesce(sum(d.qualifying), 0)::bigint
FROM unnest(%(ids)s::bigint[], %(starts)s::date[]) AS x(member_id, starts_on)
JOIN loyalty_account a ON a.member_id = x.member_id
CROSS JOIN LATERAL (
    SELECT o.net_amount - o.refunded_amount + o.refunded_shipping_amount AS spend,
           (o.net_amount - o.refunded_amount + o.refunded_shipping_amount > 0)::int AS orders,
           o.qualifying_points - o.returned_qualifying_points AS qualifying
    FROM loyalty_order o
    WHERE o.member_id = a.member_id AND o.business_date >= a.window_from_on
      AND o.business_date < x.starts_on
    UNION ALL
    SELECT 0, 0, b.qualifying_points
    FROM (SELECT a.member_id AS id UNION ALL
          SELECT m.id FROM members_member m WHERE m.merged_into_id = a.member_id) who
    JOIN loyalty_behavioraward b ON b.member_id = who.id
        AND b.business_date >= a.window_from_on AND b.business_date < x.starts_on
    WHERE a.window_qualifying_points > 0 AND b.qualifying_points <> 0
) d
GROUP BY x.member_id
"""


def sums_before(*, starts: Mapping[int, date]) -> dict[int, tuple[int, int, int]]:
    """What leaves the windows when they begin on these days: net spend, paid orders and
    qualifying points by member; one query."""
    if not starts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"ids": list(starts), "starts": list(starts.values())})
        return {row[0]: (row[1], row[2], row[3]) for row in cursor.fetchall()}
