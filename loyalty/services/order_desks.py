"""What a batch of orders is judged with: read behind the locks, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from loyalty.errors import UnknownChannel, UnknownStore
from loyalty.rules import baskets, calendar
from loyalty.services import (
    catalog,
    order_checks,
    places,
    posting,
    programs,
    references,
    rule_inputs,
    states,
    tiers,
)
from loyalty.services.cases import Case, Place
from loyalty.services.documents import OrderDocument, Source
from loyalty.services.places import Places
from loyalty.services.posting import Opened
from loyalty.services.programs import Terms
from loyalty.services.rule_inputs import Inputs
from loyalty.services.states import State
from members.errors import DomainError


@dataclass(frozen=True)
class Desk:
    """All that a batch is judged with, read behind the locks."""

    terms: Terms
    opened: Opened
    places: Places
    states: dict[int, State]
    members: dict[str, tuple[int, str]]
    product_ids: dict[str, int]
    sums: dict[int, baskets.Sums | DomainError]
    inputs: Inputs


def set_up(orders: Sequence[OrderDocument], source: Source, at: datetime) -> Desk:
    claims = references.claims(orders)
    terms = programs.kept()
    while True:
        sums = {i: _sums(order, source, terms, at) for i, order in enumerate(orders)}
        # What is refused must change nothing, so it makes no provisional products either.
        sound = [order for i, order in enumerate(orders) if isinstance(sums[i], baskets.Sums)]
        known, wanted = catalog.look(sound)
        here = places.known(*_codes(orders, source), at)
        request = _request(orders, source, claims, wanted, at, terms)
        request |= _windows(orders, terms, here)
        if here is None:
            request["stores"], request["channels"] = _codes(orders, source)
        opened = posting.open_batch(request)
        fresh = programs.current(version=opened.program)
        if fresh is terms:
            break
        terms = fresh
    if here is None:
        here = Places(opened.stores or {}, opened.channels or {})
        places.keep_on_commit(here, at)
    found = states.states(opened.accounts or (), opened.lots, opened.aging, opened.holds or ())
    tiers.know_clv(found.values(), terms)
    return Desk(
        terms=terms,
        opened=opened,
        places=here,
        states=found,
        members={key: (member_id, uid) for key, member_id, uid in opened.references},
        product_ids={**known, **(opened.products or {})},
        sums=sums,
        inputs=rule_inputs.inputs(opened.extras, orders, terms),
    )


def _sums(
    order: OrderDocument, source: Source, terms: Terms, at: datetime
) -> baskets.Sums | DomainError:
    try:
        return order_checks.check(order, source, terms, at)
    except DomainError as error:
        return error


def _request(
    orders: Sequence[OrderDocument],
    source: Source,
    claims: dict[str, dict[str, str]],
    products: list[dict[str, Any]],
    at: datetime,
    terms: Terms,
) -> dict[str, Any]:
    request: dict[str, Any] = {
        "at": at,
        "source": source.name,
        "external_ids": [order.external_id for order in orders],
        # Whoever spends, or slides what there is, has to see it all.
        "with_lots": terms.validity_slides
        or any(order.points_hold for order in orders)
        or any(payment.kind == "POINTS" for order in orders for payment in order.paid),
    }
    if claims:
        request["identities"] = list(claims.values())
    if products:
        request["products"] = products
    if extras := rule_inputs.request(orders, terms):
        request["extras"] = extras
    return request


def _windows(orders: Sequence[OrderDocument], terms: Terms, here: Places | None) -> dict[str, date]:
    """Where tier windows begin on the newest day of the batch: days of an account before it may
    leave its window, mostly none. In membership years the database finds each member's own."""
    if here is None:
        # The shop's zone isn't known yet; it may be a day ahead of the programme's.
        newest = max(order.occurred_at for order in orders)
        day = calendar.local_day(newest, terms.zone) + timedelta(days=1)
    else:
        day = max(_local_day(order, terms, here) for order in orders)
    begins = {"window_before": terms.tiers.window_start(day, None)}
    return begins | {"newest_day": day} if terms.tiers.window == "MEMBERSHIP_YEAR" else begins


def _local_day(order: OrderDocument, terms: Terms, here: Places) -> date:
    name = here.stores[order.store][1] if order.store else ""
    return calendar.local_day(order.occurred_at, ZoneInfo(name) if name else terms.zone)


def _codes(orders: Sequence[OrderDocument], source: Source) -> tuple[list[str], list[str]]:
    """Codes of the stores and channels that the orders name."""
    stores = {order.store for order in orders if order.store}
    return list(stores), list({order.channel or source.channel for order in orders})


def case_of(order: OrderDocument, index: int, source: Source, desk: Desk) -> Case:
    """An order of the batch, ready to be judged.

    Raises: what refuses it, UnknownStore and UnknownChannel among it.
    """
    sums = desk.sums[index]
    if isinstance(sums, DomainError):
        raise sums
    member = desk.members.get(references.key(order.member)) if order.member else None
    refused = references.not_honored(order)
    if order.member is not None and member is None:
        refused = ({"what": "member", "code": "member_not_found"}, *refused)
    return Case(
        document=order,
        sums=sums,
        place=_place(order, source, desk.terms, desk.places),
        order_id=desk.opened.order_ids[index],
        product_ids=desk.product_ids,
        state=desk.states.get(member[0]) if member else None,
        member_uid=member[1] if member else None,
        refused=refused,
        inputs=desk.inputs,
        source=source.name,
    )


def _place(order: OrderDocument, source: Source, terms: Terms, here: Places) -> Place:
    channel = order.channel or source.channel
    channel_id = here.channels.get(channel)
    if channel_id is None:
        raise UnknownChannel(channel=channel)
    if not order.store:
        return Place(channel_id, None, terms.zone, channel)
    store = here.stores.get(order.store)
    if store is None or (source.store_ids is not None and store[0] not in source.store_ids):
        raise UnknownStore(store=order.store)
    zone = ZoneInfo(store[1]) if store[1] else terms.zone
    return Place(channel_id, store[0], zone, channel, store[2])
