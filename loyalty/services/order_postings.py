"""One order, judged: what it spends, earns and lifts, and the rows and the answer of it."""

from datetime import date, timedelta
from typing import Any

from loyalty.events import (
    OrderRecorded,
    PointsEarned,
    PointsRedeemed,
)
from loyalty.rules import calendar
from loyalty.services import answers, bonus_postings, earnings, tiers
from loyalty.services.answers import Earned
from loyalty.services.cases import Case
from loyalty.services.documents import Source, fingerprint
from loyalty.services.posting import Posting
from loyalty.services.programs import Terms
from members.ids import uuid7

LATE = timedelta(days=1)


def post(case: Case, posting: Posting, source: Source, terms: Terms) -> dict[str, Any]:
    """Adds the order's rows to `posting`; gives the answer that the till prints."""
    document, at = case.document, posting.at
    uid = uuid7()
    day = calendar.local_day(document.occurred_at, case.place.zone)
    # A term that is over is judged first, so that the order earns at what the member has.
    tiers.settle(case.state, posting, terms, min(document.occurred_at, at))
    earned = earnings.earn(case, terms, at)
    qualifying = terms.qualifying_for(case.sums.eligible_amount) if case.state else 0
    lift = tiers.count_order(
        case.state, posting, terms, document.occurred_at, day, case, qualifying
    )
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
    if case.settled is not None:
        answer["settled"] = case.settled.shown()
        answer["refused"] += case.settled.refused
    trace = {**earned.award.trace, "late": True} if is_late else earned.award.trace
    row = _order_row(case, uid, day, earned, source, posting, trace, answer)
    posting.add("orders", {**row, "qualifying_points": qualifying})
    _add_lines(case, earned, posting)
    bonus_postings.add(case, earned, posting, terms)
    _tell(case, uid, earned, posting, is_late)
    return answer


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
        "trace": trace,
        "answer": answer,
        "metadata": document.metadata,
    }


def _add_lines(case: Case, earned: Earned, posting: Posting) -> None:
    sums = case.sums
    lot_points = _lot_points(earned, len(case.document.lines))
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
                "lot_points": lot_points[index],
            },
        )


def _lot_points(earned: Earned, lines: int) -> list[list[int] | None]:
    """By line its points by lot; None where all are in the first."""
    lots = earned.award.lots
    if len(lots) < 2:
        return [None] * lines
    return [[lot.line_points[index] for lot in lots] for index in range(lines)]


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
    if earned.lots:
        facts.append(
            PointsEarned(
                order=order, points=earned.award.points, is_pending=earned.lots[0].is_pending
            )
        )
    for fact in facts:
        posting.tell(fact, member_id=member_id, occurred_at=occurred_at)
