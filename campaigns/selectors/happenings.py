"""What happened with members, as rules of campaigns look at it: from orders, behaviors and events.

Facts of cards that were merged are those of whoever took them over.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from campaigns.rules.entries import Happening
from campaigns.rules.event_patterns import Fact, answers
from campaigns.selectors import happening_orders
from loyalty.services import challenge_members
from members.models import BehaviorEvent, Event
from members.registry.behavior_events import NOTICED

# By member since when, and until when (exclusive).
Spans = Mapping[int, tuple[datetime, datetime]]
_OF_ORDERS = frozenset({"loyalty.order.recorded", "loyalty.order.refunded"})


def heard(events: Sequence[Event]) -> list[Fact]:
    """These events as facts of who the members are now; those without a member, of who was
    erased, and behaviors that were removed meanwhile are left out. Three queries at most."""
    owner = challenge_members.owners({one.member_id for one in events if one.member_id is not None})
    mine = [one for one in events if one.member_id in owner]
    behaviors = _behaviors_of(mine)
    orders = happening_orders.by_ids(
        {one.payload["order_id"] for one in mine if one.type in _OF_ORDERS}
    )
    found = []
    for event in mine:
        member_id = owner[event.member_id or 0]
        if event.type == NOTICED:
            row = behaviors.get(event.payload["event"])
            if row is not None:
                found.append(_of_behavior(row, member_id, event.pk))
        elif event.type in _OF_ORDERS:
            order = orders.get(event.payload["order_id"])
            found.append(happening_orders.told(event, order, member_id))
        else:
            found.append(_of_event(event, member_id))
    return found


def between(happening: Happening, spans: Spans) -> dict[int, list[Fact]]:
    """By member what of this kind happened in the member's span. Two queries."""
    if not spans:
        return {}
    owner = challenge_members.cards(list(spans))
    cards = {card: spans[member_id] for card, member_id in owner.items()}
    found: dict[int, list[Fact]] = defaultdict(list)
    for fact in _READERS.get(happening.event, _events)(happening, cards, owner):
        if answers(happening, fact):
            found[fact.member_id].append(fact)
    return found


def _behaviors_of(events: Sequence[Event]) -> dict[int, BehaviorEvent]:
    ids = [one.payload["event"] for one in events if one.type == NOTICED]
    if not ids:
        return {}
    rows = BehaviorEvent.objects.filter(pk__in=ids, member_id__isnull=False)
    return {row.pk: row for row in rows.select_related("store")}


def _behaviors(happening: Happening, cards: Spans, owner: Mapping[int, int]) -> list[Fact]:
    with connection.cursor() as cursor:
        cursor.execute(_BEHAVIORS, {**_of_spans(cards), "kind": happening.behavior})
        ids = [pk for (pk,) in cursor.fetchall()]
    rows = BehaviorEvent.objects.filter(pk__in=ids).select_related("store") if ids else ()
    return [_of_behavior(row, owner[row.member_id or 0], None) for row in rows]


def _orders(happening: Happening, cards: Spans, owner: Mapping[int, int]) -> list[Fact]:
    return happening_orders.between(_of_spans(cards), owner)


def _events(happening: Happening, cards: Spans, owner: Mapping[int, int]) -> list[Fact]:
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, {**_of_spans(cards), "type": happening.event})
        ids = [pk for (pk,) in cursor.fetchall()]
    rows = list(Event.objects.filter(pk__in=ids)) if ids else []
    if happening.event in _OF_ORDERS:
        orders = happening_orders.by_ids({row.payload["order_id"] for row in rows})
        return [
            happening_orders.told(
                row, orders.get(row.payload["order_id"]), owner[row.member_id or 0]
            )
            for row in rows
        ]
    return [_of_event(row, owner[row.member_id or 0]) for row in rows]


def _of_behavior(row: BehaviorEvent, member_id: int, event_id: int | None) -> Fact:
    said = {name: value for name, value in row.attributes.items() if name != "query"}
    store = row.store.code if row.store else ""
    told = {"behavior": row.kind, "object": row.object, "channel": row.channel, "store": store}
    return Fact(
        ref=f"b{row.pk}",
        event=NOTICED,
        member_id=member_id,
        occurred_at=row.occurred_at,
        behavior=row.kind,
        products=frozenset({row.object} if row.object else ()),
        payload={**said, **told},
        event_id=event_id,
    )


def _of_event(event: Event, member_id: int) -> Fact:
    order_id = event.payload.get("order_id")
    return Fact(
        ref=f"e{event.uid.hex}",
        event=event.type,
        member_id=member_id,
        occurred_at=event.occurred_at,
        order=str(event.payload.get("order") or ""),
        order_id=order_id if isinstance(order_id, int) else None,
        payload=event.payload,
        event_id=event.pk,
    )


def _of_spans(spans: Spans) -> dict[str, list[Any]]:
    return {
        "cards": list(spans),
        "since": [since for since, _until in spans.values()],
        "until": [until for _since, until in spans.values()],
    }


_READERS = {NOTICED: _behaviors, "loyalty.order.recorded": _orders}
_BEHAVIORS = """
SELECT b.id FROM unnest(%(cards)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[])
  AS span (card, since, until) JOIN members_behaviorevent b
  ON b.member_id = span.card AND b.occurred_at >= span.since AND b.occurred_at < span.until
WHERE %(kind)s IN ('', b.kind)
"""
_EVENTS = """
SELECT e.id FROM unnest(%(cards)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[])
  AS span (card, since, until) JOIN members_event e
  ON e.member_id = span.card AND e.occurred_at >= span.since AND e.occurred_at < span.until
WHERE e.type = %(type)s
"""
