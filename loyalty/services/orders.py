"""Records paid orders: one, or five hundred, in one transaction with all that follows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, OperationalError, connection, transaction

from loyalty.errors import BatchTooLarge, OrderConflict, UnknownChannel, UnknownStore
from loyalty.rules import baskets, calendar
from loyalty.services import (
    catalog,
    order_checks,
    order_postings,
    parked_refunds,
    places,
    posting,
    programs,
    references,
    rule_inputs,
    states,
    tiers,
)
from loyalty.services.cases import Case, Place
from loyalty.services.documents import OrderDocument, Source, fingerprint
from loyalty.services.places import Places
from loyalty.services.posting import Opened, Posting
from loyalty.services.programs import Terms
from loyalty.services.rule_inputs import Inputs
from loyalty.services.states import State
from members.errors import DomainError
from members.services import bell
from members.services.idempotency import KeyReused

MOST_IN_A_BATCH = 500
_ATTEMPTS = 3


@dataclass(frozen=True)
class Recorded:
    """The outcome of one order of a batch: an answer, or the error that refused it."""

    external_id: str
    answer: dict[str, Any] | None = None
    is_replayed: bool = False
    error: DomainError | None = None


def record(*, order: OrderDocument, source: Source, at: datetime) -> Recorded:
    """Records a paid order; a repeat gives the first answer.

    Raises: OrderConflict, PaymentsDoNotAddUp, CurrencyMismatch, OccurredInFuture,
    BackdatingNotAllowed, UnknownStore, UnknownChannel, DuplicateLine, KeyReused.
    """
    outcome = record_batch(orders=[order], source=source, at=at)[0]
    if outcome.error is not None:
        raise outcome.error
    return outcome


def record_batch(
    *, orders: Sequence[OrderDocument], source: Source, at: datetime
) -> list[Recorded]:
    """Records up to 500 orders in one transaction, in the order given; those that are refused
    change nothing and don't hinder the others.

    Raises: BatchTooLarge.
    """
    if len(orders) > MOST_IN_A_BATCH:
        raise BatchTooLarge(given=len(orders), most=MOST_IN_A_BATCH)
    if not orders:
        # All of a channel's batch may have been malformed.
        return []
    for attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                return _record(orders, source, at)
        except (IntegrityError, OperationalError) as error:
            # The same order in another process at the same moment, a lock given up, or a server
            # that went away: once more, and what was recorded is seen as a repeat.
            if attempt == _ATTEMPTS - 1 or not _may_pass(error):
                raise
    raise AssertionError("unreachable")


def _may_pass(error: Exception) -> bool:
    """Whether another attempt makes sense.

    Raises: KeyReused.
    """
    if "idempotency_key_used_once" in str(error):
        raise KeyReused from None
    state = getattr(error.__cause__, "sqlstate", "")
    # serialization_failure, deadlock_detected, and the unique_violation of the business key
    if state in ("40001", "40P01") or (state == "23505" and "order_recorded_once" in str(error)):
        return True
    if connection.is_usable() or connection.in_atomic_block:
        return False
    connection.close()
    return True


def _record(orders: Sequence[OrderDocument], source: Source, at: datetime) -> list[Recorded]:
    desk = _open(orders, source, at)
    numbers = [order.external_id for order in orders]
    parts = parked_refunds.parts(orders, numbers, desk.opened.parked or ())
    if len(parts) > 1:
        return [outcome for part in parts for outcome in _record(part, source, at)]
    batch = Posting(at=at, source=source.name, actor_id=source.actor_id)
    firsts = {row[0]: (bytes.fromhex(row[2]), row[3]) for row in desk.opened.orders or ()}
    outcomes: list[Recorded] = []
    for index, order in enumerate(orders):
        try:
            if order.external_id in firsts:
                outcomes.append(_repeat(order, *firsts[order.external_id]))
                continue
            case = _case(order, index, source, desk)
            answer = order_postings.post(case, batch, source, desk.terms)
            firsts[order.external_id] = (fingerprint(order), answer)
            outcomes.append(Recorded(order.external_id, answer))
        except DomainError as error:
            outcomes.append(Recorded(order.external_id, error=error))
    if batch.rows:
        batch.remember(source.attempt, 201, None)
    _write(batch, desk.states)
    catalog.keep_on_commit(desk.opened.products)
    if desk.opened.parked:
        return [_refunded(outcome, desk.opened.parked, source, at) for outcome in outcomes]
    return outcomes


def _refunded(outcome: Recorded, parked: Sequence[str], source: Source, at: datetime) -> Recorded:
    """The outcome after the refunds that waited for this order."""
    if outcome.answer is None or outcome.is_replayed or outcome.external_id not in parked:
        return outcome
    answer = parked_refunds.apply(
        source=source, order_external_id=outcome.external_id, answer=outcome.answer, at=at
    )
    return replace(outcome, answer=answer)


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


def _open(orders: Sequence[OrderDocument], source: Source, at: datetime) -> Desk:
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


def _repeat(order: OrderDocument, print_: bytes, answer: dict[str, Any]) -> Recorded:
    if fingerprint(order) != print_:
        raise OrderConflict(external_id=order.external_id)
    return Recorded(order.external_id, answer, is_replayed=True)


def _case(order: OrderDocument, index: int, source: Source, desk: Desk) -> Case:
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


def _write(batch: Posting, accounts: dict[int, State]) -> None:
    if not batch.rows:
        return
    batch.close(states.sequence(accounts))
    batch.write()
    if "dispatches" in batch.rows:
        bell.ring_on_commit()
