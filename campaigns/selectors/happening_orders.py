"""Orders as facts: what was bought, where, for how much, and whether it was the first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from campaigns.rules.event_patterns import Fact
from members.models import Event

RECORDED = "loyalty.order.recorded"


@dataclass(frozen=True)
class _Order:
    id: int
    member_id: int | None
    number: str
    occurred_at: datetime
    net_amount: int
    earned_points: int
    spent_points: int
    store: str
    channel: str
    is_in_store: bool
    is_first: bool
    is_first_in_store: bool
    products: list[str]
    returned: list[str]


def by_ids(ids: Collection[int]) -> dict[int, _Order]:
    """One query, none without ids."""
    rows = _read("WHERE o.id = ANY(%(ids)s::bigint[])", {"ids": list(ids)}) if ids else ()
    return {row.id: row for row in rows}


def between(spans: Mapping[str, Any], owner: Mapping[int, int]) -> list[Fact]:
    """What was bought in these spans of cards."""
    return [_fact(row, owner[row.member_id or 0], {}, None) for row in _read(_WITHIN, dict(spans))]


def told(event: Event, order: _Order | None, member_id: int) -> Fact:
    """An event about an order. `order` None: its rows have gone; then it is about no product."""
    if order is not None and event.type == RECORDED:
        return _fact(order, member_id, event.payload, event.pk)
    return Fact(
        ref=f"e{event.uid.hex}",
        event=event.type,
        member_id=member_id,
        occurred_at=event.occurred_at,
        products=frozenset(order.returned if order else ()),
        order=str(event.payload.get("order") or ""),
        order_id=event.payload["order_id"],
        payload={**event.payload, **(_said(order) if order else {})},
        event_id=event.pk,
    )


def _fact(order: _Order, member_id: int, payload: Mapping[str, Any], event_id: int | None) -> Fact:
    return Fact(
        # Each order is told once, so it names the fact whichever way it is read.
        ref=f"o{order.id}",
        event=RECORDED,
        member_id=member_id,
        occurred_at=order.occurred_at,
        products=frozenset(order.products),
        order=order.number,
        order_id=order.id,
        payload={**payload, **_said(order)},
        event_id=event_id,
    )


def _said(order: _Order) -> dict[str, Any]:
    return {
        "order": order.number,
        "order_id": order.id,
        "net_amount": order.net_amount,
        "earned_points": order.earned_points,
        "spent_points": order.spent_points,
        "store": order.store,
        "channel": order.channel,
        "is_in_store": order.is_in_store,
        "is_first": order.is_first,
        "is_first_in_store": order.is_first_in_store,
        "products": sorted(order.products),
    }


def _read(where: str, params: Mapping[str, Any]) -> list[_Order]:
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS.format(where=where), params)
        return [_Order(*row) for row in cursor.fetchall()]


# In a store: at the till of one. Earlier orders are those that happened before, whenever told.
_ORDERS = """
SELECT o.id, o.member_id, o.external_id, o.occurred_at, o.net_amount, o.earned_points,
  o.spent_points, COALESCE(s.code, ''), COALESCE(c.code, ''),
  s.id IS NOT NULL AND c.kind = 'POS' AS is_in_store,
  earlier.orders = 0, s.id IS NOT NULL AND c.kind = 'POS' AND earlier.in_store = 0,
  lines.products, lines.returned
FROM loyalty_order o
LEFT JOIN members_store s ON s.id = o.store_id
LEFT JOIN members_channel c ON c.id = o.channel_id
CROSS JOIN LATERAL (
  SELECT COALESCE(array_agg(DISTINCT p.sku), '{{}}') AS products,
    COALESCE(array_agg(DISTINCT p.sku) FILTER (WHERE l.refunded_quantity > 0), '{{}}') AS returned
  FROM loyalty_orderline l JOIN loyalty_product p ON p.id = l.product_id WHERE l.order_id = o.id
) lines
CROSS JOIN LATERAL (
  SELECT count(*) AS orders,
    count(*) FILTER (WHERE b.store_id IS NOT NULL AND bc.kind = 'POS') AS in_store
  FROM loyalty_order b LEFT JOIN members_channel bc ON bc.id = b.channel_id
  WHERE b.member_id = o.member_id AND b.business_date <= o.business_date
    AND (b.occurred_at, b.id) < (o.occurred_at, o.id)
) earlier
{where}
"""
# By the index of members and days; a day more on both sides, since instants decide.
_WITHIN = """
JOIN unnest(%(cards)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[])
  AS span (card, since, until) ON o.member_id = span.card
  AND o.business_date >= span.since::date - 1 AND o.business_date <= span.until::date + 1
  AND o.occurred_at >= span.since AND o.occurred_at < span.until
"""
