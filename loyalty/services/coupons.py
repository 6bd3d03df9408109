"""One coupon's life: granted or claimed, kept for a checkout, let go, given on, void.

Source: loyalty/migrations/sql/coupon_*.sql; docs/algorithms/coupons.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Q

from loyalty.models import Coupon, CouponType
from loyalty.rules import coupons as rules
from loyalty.selectors import coupons as found_coupons
from loyalty.selectors.coupons import Judged
from loyalty.services import coupon_calls as calls
from loyalty.services.coupon_refusals import CouponKeyReused, CouponRefused, refused
from members.errors import NotFound, ReasonRequired

# Raised by the functions where a key was taken a moment ago: asked again, they find whose it is.
_KEY_TAKEN = "RC002"
_MOST_REASON = 80
Row = dict[str, Any]


@dataclass(frozen=True)
class LockAsk:
    """A code to be kept for a checkout: `source` and `external_id` are the order's. `minutes`
    None: as the type says."""

    code: str
    member_id: int | None
    holder: str
    source: str
    external_id: str
    store_id: int | None = None
    minutes: int | None = None


@dataclass(frozen=True)
class Locked:
    """A lock, or in `refused` why there is none: {"what", "coupon", "code"}."""

    code: str
    coupon_id: int | None
    type_id: int | None
    type_code: str
    kind: str
    multiplier_percent: int
    locked_until: datetime | None
    refused: Row | None


def grant(
    *,
    type_code: str,
    member_id: int,
    key: str,
    origin: str = Coupon.Origin.OPERATOR,
    at: datetime,
    actor_id: int | None = None,
) -> Coupon:
    """The coupon that a member is given; again with the same `key` it is the same one. Counts
    for the member's limit and isn't refused by it.

    Raises: NotFound; CouponRefused (not live, no stock, no budget); CouponKeyReused.
    """
    kind = _type(code=type_code)
    ask = {
        "type_id": kind.pk,
        "member_id": member_id,
        "key": calls.key(key),
        "origin": origin,
        "how": "GRANT",
        "actor_id": actor_id,
    }
    return _issue(ask, at)


def claim(
    *,
    member_id: int,
    key: str,
    at: datetime,
    type_uid: UUID | None = None,
    type_code: str = "",
    code: str = "",
    source: str = "",
) -> Coupon:
    """The coupon that a member takes: of a type that may be claimed, or by entering a public or
    printed code. Again with the same `key` it is the same one.

    Raises: NotFound; CouponRefused, with the reason as its code; CouponKeyReused.
    """
    own_key = calls.key("claim", source, str(member_id), key)
    ask: Row = {"member_id": member_id, "key": own_key, "origin": "CLAIM"}
    if not code:
        kind = _type(code=type_code, uid=type_uid)
        return _issue({**ask, "type_id": kind.pk, "how": "CLAIM"}, at)
    entered = rules.normalize(code)
    public = CouponType.objects.filter(public_code=entered).exclude(state=CouponType.State.DRAFT)
    kind_id = public.values_list("pk", flat=True).first()
    if kind_id is not None:
        return _issue({**ask, "type_id": kind_id, "how": "CODE", "origin": "PUBLIC"}, at)
    return _made("loyalty_coupon_claim", {**ask, "code": entered}, at)


def try_lock(*, asks: Sequence[LockAsk], at: datetime, actor_id: int | None = None) -> list[Locked]:
    """What became of each, in order; whoever wants all or nothing takes it back."""
    if not asks:
        return []
    rows = [_lock_row(number, ask, actor_id) for number, ask in enumerate(asks)]
    with transaction.atomic(savepoint=False):
        found = calls.call(
            "loyalty_coupons_use", calls.as_json(rows), True, calls.zone(), at, calls.tells()
        )
    answers = {row["n"]: row for row in found}
    return [_locked(ask, answers[number]) for number, ask in enumerate(asks)]


def lock(*, asks: Sequence[LockAsk], at: datetime, actor_id: int | None = None) -> list[Locked]:
    """All of them, or none. Again for the same order it is the same lock.

    Raises: CouponRefused, with the reason as its code.
    """
    with transaction.atomic():
        found = try_lock(asks=asks, at=at, actor_id=actor_id)
        for one in found:
            if one.refused:
                raise refused(one.refused)
    return found


def release(*, codes: Sequence[str], source: str, external_id: str, at: datetime) -> list[Row]:
    """Lets go of what is locked for this order: {"id", "code", "state", "expires_at"} of each, as
    it is then. What isn't locked for it stays as it is."""
    wanted = calls.normalized(codes)
    with transaction.atomic(savepoint=False):
        found: list[Row] = calls.call(
            "loyalty_coupons_release", wanted, source, external_id, calls.zone(), at
        )
    for row in found:
        ends = row["expires_at"] = calls.instant(row["expires_at"])
        if row["state"] in (rules.ISSUED, rules.CLAIMED) and ends is not None and ends <= at:
            row["state"] = rules.EXPIRED
    return found


def validate(
    *, code: str, member_id: int | None, holder: str, store_id: int | None, at: datetime
) -> Judged:
    """Whether this holder may use the code there now; reads only."""
    asked = found_coupons.Asked(rules.normalize(code), member_id, holder, store_id)
    return found_coupons.judged(asked=asked, at=at)


def transfer(
    *, code: str, from_member_id: int, to_member_id: int, key: str, at: datetime
) -> Coupon:
    """The friend's new coupon with the old one's validity; the old code is void.

    Raises: NotFound; CouponRefused; CouponKeyReused.
    """
    ask = {
        "code": rules.normalize(code),
        "from_member_id": from_member_id,
        "to_member_id": to_member_id,
        "member_id": to_member_id,
        "key": calls.key("gift", str(from_member_id), key),
    }
    return _made("loyalty_coupon_transfer", ask, at)


def void(*, coupon_id: int, reason: str, at: datetime, actor_id: int | None = None) -> Coupon:
    """The coupon, void; what it kept goes back to its type, and the claim to its holder. Void
    again it stays as it is.

    Raises: NotFound; ReasonRequired; CouponRefused, when it is redeemed or expired.
    """
    why = reason.strip()[:_MOST_REASON]
    if not why:
        raise ReasonRequired
    with transaction.atomic():
        coupon = Coupon.objects.select_related("batch").filter(pk=coupon_id).first()
        if coupon is not None and found_coupons.state_of(coupon=coupon, at=at) == rules.EXPIRED:
            # Also before the night has marked it: its claim would come back.
            raise CouponRefused("coupon_expired", coupon=coupon.code)
        calls.call(
            "loyalty_coupons_void", [coupon_id], why, actor_id, calls.zone(), at, calls.tells()
        )
        coupon = Coupon.objects.filter(pk=coupon_id).first()
        if coupon is None:
            raise NotFound
        if coupon.state != Coupon.State.VOID:
            raise CouponRefused(f"coupon_{coupon.state.lower()}", coupon=coupon.code)
    return coupon


def _type(*, code: str = "", uid: UUID | None = None) -> CouponType:
    wanted = Q(uid=uid) if uid is not None else Q(code=code)
    found = CouponType.objects.filter(wanted).first()
    if found is None:
        raise NotFound("there is no such coupon type")
    return found


def _issue(ask: Row, at: datetime) -> Coupon:
    coupon = _made("loyalty_coupon_issue", ask, at)
    if coupon.type_id != ask["type_id"]:
        raise CouponKeyReused
    return coupon


def _made(function: str, ask: Row, at: datetime) -> Coupon:
    """The coupon that a function made, or made earlier with the same key."""
    full = calls.as_json({**ask, "zone": calls.zone(), "codes": calls.fresh_codes()})
    try:
        with transaction.atomic():
            answer = calls.call(function, full, at, calls.tells())
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) != _KEY_TAKEN:
            raise
        with transaction.atomic():
            answer = calls.call(function, full, at, calls.tells())
    if "code" in answer:
        if answer["code"] == "member_not_found":
            raise NotFound("there is no such member")
        raise refused(answer)
    coupon = Coupon.objects.select_related("type").get(pk=answer["id"])
    if answer.get("repeat") and not found_coupons.belongs(coupon, ask["member_id"]):
        raise CouponKeyReused
    return coupon


def _lock_row(number: int, ask: LockAsk, actor_id: int | None) -> Row:
    return {
        "n": number,
        "code": rules.normalize(ask.code),
        "member_id": ask.member_id,
        "holder": ask.holder,
        "source": ask.source,
        "external_id": ask.external_id,
        "store_id": ask.store_id,
        "minutes": ask.minutes,
        "actor_id": actor_id,
        "codes": calls.fresh_codes(),
    }


def _locked(ask: LockAsk, row: Row) -> Locked:
    return Locked(
        code=ask.code,
        coupon_id=row["coupon_id"],
        type_id=row["type_id"],
        type_code=row["type_code"],
        kind=row["kind"],
        multiplier_percent=row["multiplier_percent"],
        locked_until=calls.instant(row["locked_until"]),
        refused=calls.refused(row["why"], ask.code) if row["why"] else None,
    )
