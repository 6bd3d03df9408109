"""Records paid orders: one, or five hundred, in one transaction with all that follows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction

from loyalty.errors import BatchTooLarge, OrderConflict
from loyalty.services import (
    catalog,
    erasures,
    order_desks,
    order_postings,
    parked_refunds,
    settlements,
    states,
)
from loyalty.services.cases import Case
from loyalty.services.documents import OrderDocument, Source, fingerprint
from loyalty.services.order_desks import Desk
from loyalty.services.posting import Posting
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
    desk = order_desks.set_up(orders, source, at)
    numbers = [order.external_id for order in orders]
    parts = parked_refunds.parts(orders, numbers, desk.opened.parked or ())
    if len(parts) > 1:
        return [outcome for part in parts for outcome in _record(part, source, at)]
    batch = Posting(at=at, source=source.name, actor_id=source.actor_id)
    outcomes = _outcomes(orders, _cases(orders, source, desk, at), batch, source, desk)
    if batch.rows:
        batch.remember(source.attempt, 201, None)
    _write(batch, desk.states)
    catalog.keep_on_commit(desk.opened.products)
    if desk.opened.parked:
        return [_refunded(outcome, desk.opened.parked, source, at) for outcome in outcomes]
    return outcomes


def _cases(
    orders: Sequence[OrderDocument], source: Source, desk: Desk, at: datetime
) -> dict[int, Case | DomainError]:
    """By index: new orders, their quotes and coupons settled, and those that are refused. What is
    known already is left out, as is the second of two with one number."""
    cases: dict[int, Case | DomainError] = {}
    known = {row[0] for row in desk.opened.orders or ()}
    for index, order in enumerate(orders):
        if order.external_id in known:
            continue
        try:
            cases[index] = order_desks.case_of(order, index, source, desk)
            known.add(order.external_id)
        except DomainError as error:
            cases[index] = error
    sound = [case for case in cases.values() if isinstance(case, Case)]
    settled = settlements.settle(sound, source, desk.terms, at)
    if not settled:
        return cases
    return {
        index: replace(case, settled=settled.get(case.order_id, case.settled))
        if isinstance(case, Case)
        else case
        for index, case in cases.items()
    }


def _outcomes(
    orders: Sequence[OrderDocument],
    cases: dict[int, Case | DomainError],
    batch: Posting,
    source: Source,
    desk: Desk,
) -> list[Recorded]:
    """Adds the rows of new orders to `batch`, in the order given."""
    firsts = {row[0]: (bytes.fromhex(row[2]), row[3]) for row in desk.opened.orders or ()}
    outcomes: list[Recorded] = []
    for index, order in enumerate(orders):
        case = cases.get(index)
        if isinstance(case, Case):
            answer = order_postings.post(case, batch, source, desk.terms)
            firsts[order.external_id] = (fingerprint(order), answer)
            outcomes.append(Recorded(order.external_id, answer))
        elif case is not None:
            outcomes.append(Recorded(order.external_id, error=case))
        else:
            outcomes.append(_repeated(order, *firsts[order.external_id]))
    return outcomes


def _refunded(outcome: Recorded, parked: Sequence[str], source: Source, at: datetime) -> Recorded:
    """The outcome after the refunds that waited for this order."""
    if outcome.answer is None or outcome.is_replayed or outcome.external_id not in parked:
        return outcome
    answer = parked_refunds.apply(
        source=source, order_external_id=outcome.external_id, answer=outcome.answer, at=at
    )
    return replace(outcome, answer=answer)


def _repeated(order: OrderDocument, print_: bytes, answer: dict[str, Any]) -> Recorded:
    # An erased member's orders no longer know what was sent: a repeat is taken at its number.
    if print_ not in (fingerprint(order), erasures.FORGOTTEN):
        conflict = OrderConflict(external_id=order.external_id)
        return Recorded(order.external_id, error=conflict)
    return Recorded(order.external_id, answer, is_replayed=True)


def _write(batch: Posting, accounts: dict[int, State]) -> None:
    if not batch.rows:
        return
    batch.close(states.sequence(accounts))
    batch.write()
    if "dispatches" in batch.rows:
        bell.ring_on_commit()
