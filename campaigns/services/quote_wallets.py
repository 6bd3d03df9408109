"""What is the member's own in a quote: coupons, and what limits and budgets leave them. All of it
as of now: nobody is promised what others may have used up.
"""

from dataclasses import replace

from campaigns.rules.quote_shapes import HeldCoupon, Left, Wallet
from campaigns.services import quote_inputs
from campaigns.services.offer_books import Limits, TypeTerms
from campaigns.services.quote_inputs import CouponRow, Desk
from loyalty.rules import coupons as rules
from loyalty.rules.coupons import Bringer, Held, Worth

# Stores are the engine's to judge, with the scope.
_ANYWHERE = Worth(kind="")
_PREFIX = "coupon_"
_HIDDEN = frozenset({"not_yours", "void"})


def wallet(desk: Desk) -> Wallet:
    """The member's coupons, the codes that were entered, and what is left of limited offers. The
    same whatever the order of the codes."""
    limited = desk.shelf.limited(desk.enquiry.judged_at)
    return Wallet(
        coupons=_coupons(desk),
        left={code: left(desk, limits) for code, limits in limited.items()},
        uses_held=desk.enquiry.cart.uses_held_coupons,
    )


def day_of(desk: Desk) -> str:
    """The day that limits per day count: the programme's."""
    return quote_inputs.day_of(desk.enquiry, desk.terms)


def _coupons(desk: Desk) -> tuple[HeldCoupon, ...]:
    # Of a coupon that is held and entered the entered row stays.
    rows = {row.code: row for row in desk.seen.coupons}
    found = {code: _held(row, desk) for code, row in rows.items()}
    for code in desk.enquiry.codes:
        if code in rows:
            continue
        public = desk.shelf.public_codes.get(code)
        if public is None:
            found[code] = HeldCoupon(code=code, is_entered=True, problem="not_found")
            continue
        own = _in_hand(public, found, rows)
        if own is not None:
            del found[own.code]
            found[code] = replace(own, code=code, is_entered=True)
        else:
            found[code] = _public(public, code, desk)
    return tuple(found[code] for code in sorted(found))


def _in_hand(
    public: TypeTerms, found: dict[str, HeldCoupon], rows: dict[str, CouponRow]
) -> HeldCoupon | None:
    """The coupon for which a public code stands when the member has one of its type: the one that
    this cart's lock keeps, else the first to expire. As a redemption finds it."""
    usable = [
        one
        for one in found.values()
        if one.type_id == public.id and not one.problem and not one.is_entered
    ]
    return min(
        usable,
        key=lambda one: (
            not rows[one.code].is_ours,
            one.expires_at is None,
            one.expires_at,
            one.id,
        ),
        default=None,
    )


def _held(row: CouponRow, desk: Desk) -> HeldCoupon:
    problem = _problem(row, desk)
    if problem in _HIDDEN and not _is_own(row, desk):
        # Whoever tries codes learns nothing of other people's: as if there were none.
        return HeldCoupon(code=row.code, is_entered=True, problem="not_found")
    is_known = row.type_id in desk.shelf.book.coupon_types
    return HeldCoupon(
        code=row.code,
        type_id=row.type_id if is_known else None,
        id=row.id,
        # The lock that keeps it outlives it.
        expires_at=None if row.is_ours else row.expires_at,
        valid_from=None if row.is_ours else row.valid_from,
        is_entered=row.is_entered,
        # A type whose scope can't be read has no line in it.
        problem=problem or ("" if is_known else "scope"),
    )


def _is_own(row: CouponRow, desk: Desk) -> bool:
    member = desk.seen.member
    return member is not None and row.member_id == member[0]


def _problem(row: CouponRow, desk: Desk) -> str:
    """Why this coupon can't be used now; its own dates count, whether or not a job has run."""
    member, at = desk.seen.member, desk.enquiry.at
    held = Held(
        state=row.state,
        member_id=row.member_id,
        valid_from=row.valid_from,
        expires_at=row.expires_at,
        locked_by=("us", "") if row.is_ours else ("others", ""),
        locked_until=row.locked_until,
    )
    bringer = Bringer(member_id=member[0] if member else None, order=("us", ""))
    refused = rules.refusal(held, _ANYWHERE, bringer, moment=at, at=at)
    if refused is not None:
        return refused.removeprefix(_PREFIX)
    if row.state == rules.EXPIRED:
        return "expired"
    is_bearers = row.member_id is None and row.holder != desk.holder
    terms = desk.shelf.types.get(row.type_id)
    # What nobody holds counts for who uses it, as a claim does.
    return _personal(terms, desk) if is_bearers and terms else ""


def _public(public: TypeTerms, code: str, desk: Desk) -> HeldCoupon:
    return HeldCoupon(
        code=code,
        type_id=public.id if public.id in desk.shelf.book.coupon_types else None,
        expires_at=public.ends,
        valid_from=public.begins,
        is_entered=True,
        problem=_public_problem(public, desk),
    )


def _public_problem(public: TypeTerms, desk: Desk) -> str:
    """Using a public code takes stock, budget and a use, as a redemption will."""
    at, name, pools = desk.enquiry.at, f"coupon:{public.id}", desk.seen.pools
    if public.is_stopped:
        return "void"
    if public.begins is not None and at < public.begins:
        return "not_yet"
    if public.ends is not None and at >= public.ends:
        return "expired"
    if pools.get(f"{name}:count", 1) < 1:
        return "limit"
    if pools.get(f"{name}:amount", public.cost_amount) < public.cost_amount:
        return "budget"
    return _personal(public, desk)


def _personal(terms: TypeTerms, desk: Desk) -> str:
    """Whether this person had as many as one may have. Somebody unknown isn't counted: codes are
    handed out on purpose, and stock and budget bound them."""
    key = f"coupon:{terms.id}"
    return _used_up(key, terms.limit_member, terms.limit_member_day, desk)


def left(desk: Desk, limits: Limits) -> Left:
    """What an offer's limits and budget leave for this person. What this cart's own lock keeps is
    its own: it stands in nobody's way but others'."""
    name, seen = f"offer:{limits.code}", desk.seen
    own = seen.reserved.get(limits.code)
    budget = seen.pools.get(f"{name}:amount")
    if own is not None:
        return Left("", None if budget is None else budget + own)
    if limits.count is not None and seen.pools.get(f"{name}:count", 1) < 1:
        return Left("limit", budget)
    is_personal = limits.member is not None or limits.member_day is not None
    if is_personal and not desk.holder:
        # Whoever is nobody could have it again and again: it takes a member, or a phone.
        return Left("member", budget)
    return Left(_used_up(name, limits.member, limits.member_day, desk), budget)


def _used_up(key: str, most: int | None, most_a_day: int | None, desk: Desk) -> str:
    uses = desk.seen.uses
    if most is not None and uses.get(key, 0) >= most:
        return "limit"
    is_day_full = most_a_day is not None and uses.get(f"{key}:{day_of(desk)}", 0) >= most_a_day
    return "limit" if is_day_full else ""
