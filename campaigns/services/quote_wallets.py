"""What is the member's own in a quote: coupons, and what limits and budgets leave them. All of it
as of now: nobody is promised what others may have used up.
"""

from datetime import datetime

from campaigns.rules.quote_shapes import HeldCoupon, Left, Wallet
from campaigns.services.offer_books import Limits, PublicCode
from campaigns.services.quote_inputs import CouponRow, Desk
from loyalty.models import Coupon
from loyalty.rules import calendar

_State = Coupon.State
_ENDS = {
    _State.REDEEMED: "redeemed",
    _State.EXPIRED: "expired",
    _State.VOID: "void",
}


def wallet(desk: Desk) -> Wallet:
    """The member's coupons, the codes that were entered, and what is left of limited offers. The
    same whatever the order of the codes."""
    limited = desk.shelf.limited(desk.enquiry.judged_at)
    return Wallet(
        coupons=_coupons(desk, day_of(desk)),
        left={code: left(desk, limits) for code, limits in limited.items()},
        uses_held=desk.enquiry.cart.uses_held_coupons,
    )


def day_of(desk: Desk) -> str:
    """The day that limits per day count: the programme's."""
    return calendar.local_day(desk.enquiry.at, desk.terms.zone).isoformat()


def _coupons(desk: Desk, day: str) -> tuple[HeldCoupon, ...]:
    found: dict[str, HeldCoupon] = {}
    # Entered ones come last: of a coupon that is held and entered the entered row stays.
    for row in desk.seen.coupons:
        found[row[1]] = _held(row, desk)
    for code in desk.enquiry.codes:
        if code in found:
            continue
        public = desk.shelf.public_codes.get(code)
        if public is None:
            found[code] = HeldCoupon(code=code, is_entered=True, problem="not_found")
        else:
            found[code] = _public(public, desk, day)
    return tuple(found[code] for code in sorted(found))


def _held(row: CouponRow, desk: Desk) -> HeldCoupon:
    coupon_id, code, type_id, _, _, valid_from, expires_at, _, _, is_entered = row
    problem = _problem(row, desk)
    if not problem and type_id not in desk.shelf.book.coupon_types:
        # Its scope can't be read: no line is in it.
        problem = "scope"
    return HeldCoupon(
        code=code,
        type_id=type_id if type_id in desk.shelf.book.coupon_types else None,
        id=coupon_id,
        expires_at=expires_at,
        valid_from=valid_from,
        is_entered=is_entered,
        problem=problem,
    )


def _problem(row: CouponRow, desk: Desk) -> str:
    """Why this coupon can't be used now; its own dates count, whether or not a job has run."""
    _, _, _, state, owner, valid_from, expires_at, locked_until, is_ours, _ = row
    member, at = desk.seen.member, desk.enquiry.at
    if owner is not None and (member is None or owner != member[0]):
        return "not_yours"
    if state in _ENDS:
        return _ENDS[_State(state)]
    if locked_until is not None and at < locked_until and not is_ours:
        return "locked"
    return _period(valid_from, expires_at, at)


def _period(begins: datetime | None, ends: datetime | None, at: datetime) -> str:
    if begins is not None and at < begins:
        return "not_yet"
    return "expired" if ends is not None and at >= ends else ""


def _public(public: PublicCode, desk: Desk, day: str) -> HeldCoupon:
    return HeldCoupon(
        code=public.code,
        type_id=public.type_id if public.type_id in desk.shelf.book.coupon_types else None,
        expires_at=public.valid_until,
        valid_from=public.valid_from,
        is_entered=True,
        problem=_public_problem(public, desk, day),
    )


def _public_problem(public: PublicCode, desk: Desk, day: str) -> str:
    """Using a public code is a claim of it: stock, budget and limits count as they do there."""
    at, name, pools = desk.enquiry.at, f"coupon:{public.type_id}", desk.seen.pools
    problem = _period(public.claim_from, public.claim_until, at) or _period(
        public.valid_from, public.valid_until, at
    )
    if problem:
        return problem
    if pools.get(f"{name}:count", 1) < 1:
        return "limit"
    if pools.get(f"{name}:amount", public.reserve_amount) < public.reserve_amount:
        return "budget"
    return _personal(name, public.limit_member, public.limit_member_day, desk, day)


def left(desk: Desk, limits: Limits) -> Left:
    """What an offer's limits and budget leave for this person. What this cart's own lock keeps is
    its own: it stands in nobody's way but others'."""
    name, seen = f"offer:{limits.code}", desk.seen
    own = seen.reserved.get(limits.code)
    budget = seen.pools.get(f"{name}:amount")
    if own is not None:
        return Left("", None if budget is None else budget + own[0])
    if limits.count is not None and seen.pools.get(f"{name}:count", 1) < 1:
        return Left("limit", budget)
    return Left(_personal(name, limits.member, limits.member_day, desk, day_of(desk)), budget)


def _personal(name: str, most: int | None, most_a_day: int | None, desk: Desk, day: str) -> str:
    """Whether this person had as many as one may have. Nobody can count for somebody unknown:
    what is limited per person needs a member, or the phone of a guest."""
    if most is None and most_a_day is None:
        return ""
    if not desk.holder:
        return "member"
    uses = desk.seen.uses
    if most is not None and uses.get(name, 0) >= most:
        return "limit"
    is_day_full = most_a_day is not None and uses.get(f"{name}:{day}", 0) >= most_a_day
    return "limit" if is_day_full else ""
