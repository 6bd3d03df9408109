"""One order, judged: what it spends, earns and lifts, and the rows and the answer of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from loyalty.events import (
    OrderRecorded,
    PointsEarned,
    PointsRedeemed,
)
from loyalty.rules import baskets, calendar, earning
from loyalty.rules.entries import Document
from loyalty.services import answers, tiers
from loyalty.services.answers import Earned
from loyalty.services.documents import OrderDocument, Source, fingerprint
from loyalty.services.posting import Posting
from loyalty.services.programs import Terms
from loyalty.services.states import State
from members.ids import uuid7

LATE = timedelta(days=1)


@dataclass(frozen=True)
class Place:
    """Ids that the order's codes stand for, and the shop's zone."""

    channel_id: int
    store_id: int | None
    zone: ZoneInfo


@dataclass(frozen=True)
class Case:
    """An order ready to be judged: checked, placed, with the ids it will get."""

    document: OrderDocument
    sums: baskets.Sums
    place: Place
    order_id: int
    product_ids: dict[str, int]
    state: State | None
    member_uid: str | None
    refused: tuple[dict[str, Any], ...] = ()


def post(case: Case, posting: Posting, source: Source, terms: Terms) -> dict[str, Any]:
    """Adds the order's rows to `posting`; gives the answer that the till prints."""
    document, at = case.document, posting.at
    uid = uuid7()
    day = calendar.local_day(document.occurred_at, case.place.zone)
    earned = _earn(case, uid.hex, terms, at)
    lift = tiers.count_order(case.state, posting, terms, case.document.occurred_at, day, case)
    is_late = at - document.occurred_at > LATE
    answer = answers.order(
        uid=uid,
        member_uid=case.member_uid,
        state=case.state,
        earned=earned,
        lift=lift,
        terms=terms,
        at=at,
        refused=case.refused + earned.refused,
    )
    trace = {**earned.award.trace, "late": True} if is_late else earned.award.trace
    posting.add("orders", _order_row(case, uid, day, earned, source, posting, trace, answer))
    _add_lines(case, earned, posting)
    _tell(case, uid, earned, posting, is_late)
    return answer


def _earn(case: Case, uid: str, terms: Terms, at: datetime) -> Earned:
    """Spends first, then earns: an order can't pay for itself."""
    document, state = case.document, case.state
    if state is None:
        award = earning.award(case.sums.line_eligible_amounts, None, "", 100)
        missed = earning.Award(0, award.line_points, (), {**award.trace, "missed": "no_member"})
        return Earned(missed, None, 0, ())
    state.ledger.settle(at)
    source = Document("ORDER", case.order_id, f"order:{case.order_id}", document.occurred_at)
    spent, refused = _spend(case, state, source, terms, at)
    level = terms.level(state.tier_id)
    award = earning.award(
        case.sums.line_eligible_amounts,
        earning.in_force(terms.rules, document.occurred_at),
        level.code,
        level.coefficient_percent,
    )
    # A till's clock may be ahead of ours: its points are usable now all the same.
    earned_at = min(document.occurred_at, at)
    activates_at = calendar.activation(earned_at, terms.pending_days, terms.zone)
    lot = state.ledger.earn(
        award.points,
        document=source,
        reason="purchase",
        activates_at=activates_at,
        expires_at=calendar.expiry(activates_at, terms.validity, terms.zone),
        at=at,
        order_id=case.order_id,
    )
    # An order that comes very late may bring points that have lapsed already.
    state.ledger.settle(at)
    return Earned(award, lot, spent, refused)


def _spend(
    case: Case, state: State, source: Document, terms: Terms, at: datetime
) -> tuple[int, tuple[dict[str, Any], ...]]:
    points = terms.points_for(case.sums.points_amount)
    if points == 0:
        return 0, ()
    if state.ledger.redeem(points, document=source, reason="payment", at=at):
        return points, ()
    available = state.ledger.available_at(at)
    return 0, (
        {
            "what": "points",
            "code": "insufficient_points",
            "asked_points": points,
            "available_points": available,
        },
    )


def _order_row(
    case: Case,
    uid: Any,
    day: date,
    earned: Earned,
    source: Source,
    posting: Posting,
    trace: dict[str, Any],
    answer: dict[str, Any],
) -> dict[str, Any]:
    document, sums = case.document, case.sums
    return {
        "id": case.order_id,
        "uid": uid,
        "source": source.name,
        "external_id": document.external_id,
        "fingerprint": fingerprint(document).hex(),
        "client_id": source.client_id,
        "channel_id": case.place.channel_id,
        "store_id": case.place.store_id,
        "member_id": case.state.member_id if case.state else None,
        "cashier": document.cashier,
        "guide": document.guide,
        "occurred_at": document.occurred_at,
        "recorded_at": posting.at,
        "business_date": day,
        "currency": document.currency,
        "gross_amount": sums.gross_amount,
        "discount_amount": sums.discount_amount,
        "net_amount": sums.net_amount,
        "shipping_amount": document.shipping_amount,
        "rounding_amount": document.rounding_amount,
        "money_amount": sums.money_amount,
        "points_amount": sums.points_amount,
        "other_amount": sums.other_amount,
        "eligible_amount": sums.eligible_amount,
        "payments": document.paid,
        "earned_points": earned.award.points,
        "spent_points": earned.spent_points,
        "qualifying_points": 0,
        "trace": trace,
        "answer": answer,
        "metadata": document.metadata,
    }


def _add_lines(case: Case, earned: Earned, posting: Posting) -> None:
    sums = case.sums
    for index, line in enumerate(case.document.lines):
        posting.add(
            "lines",
            {
                "order_id": case.order_id,
                "number": index + 1,
                "line_id": line.line_id,
                "product_id": case.product_ids[line.sku],
                "quantity": line.quantity,
                "unit_price_amount": line.unit_price_amount,
                "discount_amount": line.discount_amount,
                "net_amount": line.net_amount,
                "money_amount": sums.line_money_amounts[index],
                "eligible_amount": sums.line_eligible_amounts[index],
                "earned_points": earned.award.line_points[index],
                "lot_points": None,
            },
        )


def _tell(case: Case, uid: Any, earned: Earned, posting: Posting, is_late: bool) -> None:
    member_id = case.state.member_id if case.state else None
    occurred_at = case.document.occurred_at
    order = str(uid)
    facts: list[Any] = [
        OrderRecorded(
            order=order,
            order_id=case.order_id,
            net_amount=case.sums.net_amount,
            earned_points=earned.award.points,
            spent_points=earned.spent_points,
            is_late=is_late,
        )
    ]
    if earned.spent_points:
        facts.append(PointsRedeemed(order=order, points=earned.spent_points))
    if earned.lot is not None:
        facts.append(
            PointsEarned(order=order, points=earned.award.points, is_pending=earned.lot.is_pending)
        )
    for fact in facts:
        posting.tell(fact, member_id=member_id, occurred_at=occurred_at)
