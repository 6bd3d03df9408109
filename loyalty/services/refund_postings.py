"""One refund, worked out: the rows it writes and the answer it gives."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from loyalty.events import OrderRefunded, PointsClawedBack, PointsRestored
from loyalty.models import Order, OrderLine
from loyalty.rules import clawbacks
from loyalty.rules import refunds as rules
from loyalty.rules.entries import Clawback, Document
from loyalty.rules.lots import Lot
from loyalty.services import answers, refund_bonuses, settlements, spent_lots, states, tiers
from loyalty.services.documents import RefundDocument, Source, fingerprint
from loyalty.services.posting import Posting
from loyalty.services.programs import Terms
from loyalty.services.refund_bonuses import Taken
from loyalty.services.states import State
from loyalty.services.tiers import Lift
from members.ids import uuid7
from members.registry.settlements import Return


@dataclass(frozen=True)
class Case:
    """A refund ready to be posted. `spent_lots` are (lot row, points) that the order took and
    has not got back, in reverse order of use. A refund that was parked keeps its `uid`."""

    order: Order
    lines: list[OrderLine]
    document: RefundDocument
    outcome: rules.Outcome
    state: State | None
    refund_id: int
    business_date: date
    spent_lots: list[tuple[Any, int]] = field(default_factory=list)
    uid: UUID = field(default_factory=uuid7)
    quantities: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Moved:
    """What happened to the member's points."""

    restored: int = 0
    expired: int = 0
    clawback: Clawback = field(default_factory=Clawback)


def post(case: Case, batch: Posting, source: Source, terms: Terms) -> dict[str, Any]:
    """Adds the refund's rows to `batch`; gives the answer."""
    uid = case.uid
    returned = refund_bonuses.Returned(case.order, case.lines, case.outcome.lines, case.quantities)
    taken = refund_bonuses.assess(returned, terms)
    moved = _move(case, taken, batch, terms)
    fall = _count(case, taken, batch, terms)
    answer = _answer(case, uid, moved, fall, terms)
    answer["coupons"] = settlements.give_back(case.order, _returned(case), batch.at)
    row = _refund_row(case, uid, moved, source, batch, answer)
    batch.add("refunds", {**row, "qualifying_points": taken.qualifying_points})
    _add_lines(case, batch)
    refund_bonuses.post(returned, taken, batch, terms)
    _tell(case, uid, moved, batch)
    return answer


def _returned(case: Case) -> Return:
    order, outcome = case.order, case.outcome
    goods = outcome.value_amount - outcome.shipping_amount
    refunded = order.refunded_amount - order.refunded_shipping_amount + goods
    values = {
        line.line_id: share.value_amount
        for line, share in zip(case.lines, outcome.lines, strict=True)
        if share.value_amount
    }
    return Return(
        order_id=order.pk,
        refund_id=case.refund_id,
        member_id=order.member_id,
        line_values=values,
        value_amount=goods,
        refunded_amount=refunded,
        whole_amount=order.net_amount,
        occurred_at=case.document.occurred_at,
        is_full=refunded >= order.net_amount and _is_all_back(case),
        quantities=case.quantities,
    )


def _is_all_back(case: Case) -> bool:
    """Whether also what cost nothing is back; money alone doesn't say so of a free line."""
    free = [line for line in case.lines if line.net_amount == 0]
    return (
        all(
            line.refunded_quantity + case.quantities.get(line.line_id, Decimal(0)) >= line.quantity
            for line in free
        )
        or not case.quantities
    )


def _move(case: Case, taken: Taken, batch: Posting, terms: Terms) -> Moved:
    """First restore what was spent, then expire what has lapsed, then take back, then debt."""
    if case.state is None:
        return Moved()
    ledger, at = case.state.ledger, batch.at
    document = Document(
        "REFUND",
        case.refund_id,
        f"refund:{case.refund_id}",
        case.document.occurred_at,
        batch.actor_id,
    )
    ledger.settle(at)
    restored = ledger.restore(
        _parts(case),
        document=document,
        reason="refund",
        at=at,
        grace_until_at=spent_lots.grace_until(at, terms),
    )
    expired = ledger.settle(at)
    if restored:
        ledger.repay(document, at)
    clawback = clawbacks.claw_back_by_lot(
        ledger,
        _asked(case, taken),
        document=document,
        at=at,
        policy=terms.uncollected,
    )
    return Moved(restored, expired, clawback)


def _asked(case: Case, taken: Taken) -> list[tuple[Lot | None, int]]:
    """What is taken of each of the order's lots; one that isn't here any more has nothing."""
    assert case.state is not None
    own = [lot for lot in case.state.ledger.lots if lot.order_id == case.order.pk]
    own.sort(key=lambda lot: lot.id)
    return [
        (own[number] if number < len(own) else None, points)
        for number, points in enumerate(taken.by_lot)
    ]


def _parts(case: Case) -> list[tuple[Lot, int]]:
    assert case.state is not None
    here = {lot.id: lot for lot in case.state.ledger.lots}
    rest = case.outcome.restored_points
    parts = []
    for row, spent in case.spent_lots:
        part = min(rest, spent)
        if part > 0:
            parts.append((here.get(row[1]) or states.lot(row), part))
            rest -= part
    return parts


def _count(case: Case, taken: Taken, batch: Posting, terms: Terms) -> Lift | None:
    """Lowers the window's figures; an order with nothing left no longer counts as one. Gives the
    fall where the tier follows at once."""
    order = case.order
    goods = case.outcome.value_amount - case.outcome.shipping_amount
    before = order.net_amount - order.refunded_amount + order.refunded_shipping_amount
    is_last = before > 0 and before - goods <= 0
    returned = tiers.Returned(order.business_date, goods, int(is_last), taken.qualifying_points)
    returned_at = min(case.document.occurred_at, batch.at)
    return tiers.count_return(case.state, batch, terms, returned_at, returned)


def _answer(case: Case, uid: UUID, moved: Moved, fall: Lift | None, terms: Terms) -> dict[str, Any]:
    clawback = moved.clawback
    return {
        "id": str(uid),
        "order": str(case.order.uid),
        "value_amount": case.outcome.value_amount,
        "money_amount": case.outcome.money_amount,
        "points": {
            "restored": moved.restored,
            "available": moved.restored - moved.expired,
            "expired": moved.expired,
            "clawed_back": clawback.taken,
            "absorbed_by_expiry": clawback.absorbed,
            "debt": clawback.debt,
            "uncollected": clawback.uncollected,
        },
        "coupons": [],
        "tier": answers.tier(case.state, fall, terms) if case.state else None,
        "account": answers.account(case.state) if case.state else None,
    }


def _refund_row(
    case: Case,
    uid: UUID,
    moved: Moved,
    source: Source,
    batch: Posting,
    answer: dict[str, Any],
) -> dict[str, Any]:
    document, outcome, clawback = case.document, case.outcome, moved.clawback
    return {
        "id": case.refund_id,
        "uid": uid,
        "source": source.name,
        "external_id": document.external_id,
        "fingerprint": fingerprint(document).hex(),
        "order_id": case.order.pk,
        "member_id": case.order.member_id,
        "order_external_id": case.order.external_id,
        "occurred_at": document.occurred_at,
        "recorded_at": batch.at,
        "business_date": case.business_date,
        "value_amount": outcome.value_amount,
        "money_amount": outcome.money_amount,
        "shipping_amount": outcome.shipping_amount,
        "restored_points": moved.restored,
        "restored_expired_points": moved.expired,
        "clawed_points": clawback.taken,
        "absorbed_points": clawback.absorbed,
        "debt_points": clawback.debt,
        "uncollected_points": clawback.uncollected,
        "reason": document.reason,
        "actor_id": source.actor_id,
        "answer": answer,
    }


def _add_lines(case: Case, batch: Posting) -> None:
    quantities = case.quantities
    batch.rows.setdefault("refund_lines", [])
    for line, share in zip(case.lines, case.outcome.lines, strict=True):
        if share.value_amount or line.line_id in quantities:
            batch.add(
                "refund_lines",
                {
                    "refund_id": case.refund_id,
                    "order_line_id": line.pk,
                    "quantity": quantities.get(line.line_id, 0),
                    "value_amount": share.value_amount,
                    "money_amount": share.money_amount,
                    "clawed_points": share.clawed_points,
                },
            )


def _tell(case: Case, uid: UUID, moved: Moved, batch: Posting) -> None:
    order, refund, clawback = str(case.order.uid), str(uid), moved.clawback
    facts: list[Any] = [
        OrderRefunded(
            order=order,
            order_id=case.order.pk,
            refund=refund,
            value_amount=case.outcome.value_amount,
            money_amount=case.outcome.money_amount,
        )
    ]
    if moved.restored:
        facts.append(
            PointsRestored(
                order=order, refund=refund, points=moved.restored, expired_points=moved.expired
            )
        )
    if clawback.taken or clawback.debt:
        facts.append(
            PointsClawedBack(
                order=order, refund=refund, points=clawback.taken, debt_points=clawback.debt
            )
        )
    for fact in facts:
        batch.tell(fact, member_id=case.order.member_id, occurred_at=case.document.occurred_at)
