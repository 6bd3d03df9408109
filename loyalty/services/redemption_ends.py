"""A redemption that comes to nothing: canceled before it was handed over, or its time is over.

Points go back into the lots they came from, the pieces into stock and off the member's limit.
Source: docs/algorithms/rewards.md.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction

from loyalty.events import PointsRestored
from loyalty.events import RedemptionCanceled as Canceled
from loyalty.events import RedemptionExpired as Over
from loyalty.models import Coupon, Redemption, Reward
from loyalty.rules import coupons as coupon_rules
from loyalty.rules import holds as hold_rules
from loyalty.rules import redemptions as rules
from loyalty.selectors import coupons as found_coupons
from loyalty.services import coupons, redemption_cases, spent_lots
from loyalty.services.documents import Source
from loyalty.services.redemption_cases import Case
from loyalty.services.reward_refusals import (
    RedemptionExpired,
    RedemptionFinal,
    RedemptionHandedOver,
)
from members.errors import NotFound, ReasonRequired

BY_MEMBER, BY_STAFF, ERASED = "by_member", "by_staff", "erased"
UNPAID, NOT_PICKED_UP = "unpaid", "not_picked_up"
_MOST_REASON = 80


@dataclass(frozen=True)
class Ending:
    """Who cancels, as a code; `text` is what staff says, kept until the member is erased.
    `member_id`: only if it is theirs."""

    code: str
    text: str = ""
    member_id: int | None = None


def cancel(*, uid: UUID, ending: Ending, source: Source, at: datetime) -> Redemption:
    """The redemption, canceled; canceled again it stays as it is.

    Raises: NotFound; ReasonRequired, for staff; RedemptionExpired; RedemptionHandedOver;
    RedemptionFinal; CouponRefused; KeyReused.
    """
    if ending.code == BY_STAFF and not ending.text.strip():
        raise ReasonRequired
    with transaction.atomic():
        case = redemption_cases.lock(uid=uid, source=source, at=at)
        if ending.member_id is not None and case.row.member_id != ending.member_id:
            raise NotFound("there is no such redemption")
        if case.row.state == rules.CANCELED:
            return case.row
        _check(case)
        _cancel(case, ending)
        return case.row


def expire(*, uid: UUID, at: datetime) -> bool:
    """Whether its time was over and nobody had written it down; then it is."""
    with transaction.atomic():
        case = redemption_cases.lock(uid=uid, source=Source(name=redemption_cases.HOLDER), at=at)
        if case.row.state == rules.EXPIRED or case.standing != rules.EXPIRED:
            return False
        _expire(case)
        return True


def handed_over(row: Redemption) -> RedemptionHandedOver:
    """When and where."""
    assert row.fulfilled_at is not None
    store = row.fulfilled_store.code if row.fulfilled_store else ""
    return RedemptionHandedOver(
        fulfilled_at=row.fulfilled_at.astimezone(UTC).isoformat(), store=store
    )


def _check(case: Case) -> None:
    standing, kind = case.standing, case.row.reward.kind
    if standing == rules.EXPIRED:
        assert case.row.expires_at is not None
        raise RedemptionExpired(expired_at=case.row.expires_at.astimezone(UTC).isoformat())
    if standing != rules.FULFILLED or kind == Reward.Kind.COUPON:
        return
    raise RedemptionFinal if kind in rules.AT_ONCE else handed_over(case.row)


def _cancel(case: Case, ending: Ending) -> None:
    row, at = case.row, case.at
    back = rules.money_back(row.state, row.money_amount)
    case.state.ledger.settle(at)
    if row.state == rules.REQUESTED:
        _let_go(case)
    else:
        row.returned_points = _return_points(case, "cancel", at)
    redemption_cases.give_stock(case)
    if row.coupon_ids:
        _void_coupons(case)
    row.fulfilled_at = None
    row.ended_at, row.end_reason = at, ending.text.strip()[:_MOST_REASON] or ending.code
    case.step(rules.CANCELED, ending.code)
    told = Canceled(
        redemption=str(row.uid),
        reward=row.reward.code,
        returned_points=row.returned_points,
        money_back_amount=back,
    )
    case.tell(told)
    row.save()
    redemption_cases.write(case, 200)


def _expire(case: Case) -> None:
    """As if a job had run at that very instant: lots that lapsed since lapse at their own time."""
    row, ended_at = case.row, case.row.expires_at
    assert ended_at is not None
    reason = UNPAID if row.state == rules.REQUESTED else NOT_PICKED_UP
    is_returned = row.state == rules.READY and row.reward.returns_points
    back = row.money_amount if is_returned else 0
    if is_returned:
        row.returned_points = _return_points(case, "expire", ended_at)
    # Also lets go of the hold, whose time is the same.
    case.state.ledger.settle(case.at)
    redemption_cases.give_stock(case)
    row.ended_at, row.end_reason = ended_at, reason
    case.step(rules.EXPIRED, reason, ended_at)
    told = Over(
        redemption=str(row.uid),
        reward=row.reward.code,
        reason=reason,
        returned_points=row.returned_points,
        money_back_amount=back,
    )
    case.tell(told, ended_at)
    row.save()
    redemption_cases.write(case, 200)


def _let_go(case: Case) -> None:
    hold = next((one for one in case.state.ledger.holds if one.id == case.row.hold_id), None)
    if hold is not None and hold.is_open:
        hold_rules.release(case.state.ledger, hold, at=case.at)


def _return_points(case: Case, step: str, at: datetime) -> int:
    key = f"{redemption_cases.spend_key(case.row.pk)}:redeem"
    ledger = case.state.ledger
    before = ledger.balances.expired
    restored = spent_lots.give_back(ledger, key, case.document(step, at), at, case.terms)
    fact = PointsRestored(
        order="",
        refund="",
        points=restored,
        expired_points=ledger.balances.expired - before,
    )
    case.tell(fact, at)
    return restored


def _void_coupons(case: Case) -> None:
    """Only what nobody used, gave on or took to a checkout. Raises: RedemptionFinal."""
    row = case.row
    held = Coupon.objects.select_for_update(no_key=True).filter(pk__in=row.coupon_ids)
    for coupon in held.order_by("pk"):
        standing = found_coupons.state_of(coupon=coupon, at=case.at)
        if standing != coupon_rules.CLAIMED or coupon.member_id != row.member_id:
            raise RedemptionFinal(coupon=coupon.code, state=standing)
    for coupon_id in sorted(row.coupon_ids):
        coupons.void(
            coupon_id=coupon_id,
            reason="reward",
            at=case.at,
            actor_id=case.source.actor_id,
        )
