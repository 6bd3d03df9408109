"""The money for a reward is paid: only now the points that were held are spent.

Source: docs/algorithms/rewards.md; docs/decisions/0097-late-payments-for-rewards.md.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from loyalty.events import PointsRedeemed
from loyalty.models import Redemption
from loyalty.rules import holds as hold_rules
from loyalty.rules import redemptions as rules
from loyalty.services import holds, redemption_cases
from loyalty.services import redemption_ready as ready
from loyalty.services.documents import Source
from loyalty.services.redemption_cases import Case
from loyalty.services.reward_refusals import (
    PaymentDiffers,
    PaymentUsed,
    RedemptionCanceled,
    RedemptionExpired,
    RedemptionPaid,
)


@dataclass(frozen=True)
class Payment:
    """The number of a payment that was made, and its amount in minor units."""

    ref: str
    amount: int


def pay(*, uid: UUID, payment: Payment, source: Source, at: datetime) -> Redemption:
    """The redemption, ready to be picked up. The same payment again gives it as it stands now.

    Raises: NotFound; PaymentDiffers; PaymentUsed; RedemptionPaid, by another payment;
    RedemptionExpired and RedemptionCanceled, with what is to be given back: nothing is spent;
    CouponRefused, where the coupon that it brings can't be had any more; KeyReused.
    """
    try:
        with transaction.atomic():
            return _pay(redemption_cases.lock(uid=uid, source=source, at=at), payment)
    except IntegrityError as error:
        if "redemption_paid_once" not in str(error):
            raise
        raise PaymentUsed(payment_ref=payment.ref) from error


def _pay(case: Case, payment: Payment) -> Redemption:
    row = case.row
    if row.payment_ref == payment.ref and row.money_amount == payment.amount:
        return row
    _check(case, payment)
    case.state.ledger.settle(case.at)
    hold = next((one for one in case.state.ledger.holds if one.id == row.hold_id), None)
    if hold is None or not hold.is_open:
        # Released by hand: the points are not kept for this any more.
        raise _expired(case, payment)
    hold_rules.capture(
        case.state.ledger,
        hold,
        row.points,
        document=case.document("redeem"),
        reason="reward",
        at=case.at,
    )
    holds.slide(case.state, case.at)
    case.tell(PointsRedeemed(order="", points=row.points))
    row.payment_ref, row.payment_source = payment.ref, case.source.name
    ready.make(case)
    row.save()
    redemption_cases.write(case, 200)
    return row


def _check(case: Case, payment: Payment) -> None:
    row, standing = case.row, case.standing
    if row.payment_ref == payment.ref:
        # It is the payment that counts, told with another amount: nothing of it goes back.
        raise _differs(row, payment)
    if standing == rules.EXPIRED and not row.payment_ref:
        raise _expired(case, payment)
    if standing == rules.CANCELED and not row.payment_ref:
        raise RedemptionCanceled(money_back_amount=payment.amount)
    if standing != rules.REQUESTED:
        raise RedemptionPaid(state=standing, money_back_amount=payment.amount)
    if payment.amount != row.money_amount:
        raise _differs(row, payment)


def _differs(row: Redemption, payment: Payment) -> PaymentDiffers:
    return PaymentDiffers(asked_amount=row.money_amount, paid_amount=payment.amount)


def _expired(case: Case, payment: Payment) -> RedemptionExpired:
    ended_at = case.row.expires_at or case.at
    return RedemptionExpired(
        expired_at=ended_at.astimezone(UTC).isoformat(), money_back_amount=payment.amount
    )
