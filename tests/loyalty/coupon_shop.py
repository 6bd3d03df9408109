"""Coupon types that are live, and tills that bring their coupons."""

from datetime import datetime, timedelta
from typing import Any

from loyalty.models import Coupon, CouponBatch, CouponType, PoolUse
from loyalty.selectors import coupons as found
from loyalty.services import (
    coupon_calls,
    coupon_nights,
    coupon_redemptions,
    coupon_types,
    coupons,
)
from loyalty.services.coupon_redemptions import Use, Used
from loyalty.services.coupons import LockAsk
from tests.loyalty import till
from tests.loyalty.till import NOW

UNTIL = NOW + timedelta(days=30)


def live(code: str = "ten", *, stores: Any = (), **fields: Any) -> CouponType:
    """A live type: 10.00 off for 30 days, one for each member, to be claimed."""
    made = draft(code, stores=stores, **fields)
    return coupon_types.go_live(type_id=made.pk)


def draft(code: str = "ten", *, stores: Any = (), **fields: Any) -> CouponType:
    values = {"name_en": code, "kind": "MONEY_OFF", "amount": 1_000, "is_claimable": True}
    if fields.get("validity") != "DAYS":
        values |= {"valid_from": NOW - timedelta(days=1), "valid_until": UNTIL}
    made = CouponType.objects.create(code=code, **{**values, **fields})
    made.stores.set(stores)
    return made


def grant(kind: CouponType, member: Any, key: str = "", when: datetime = NOW) -> Coupon:
    key = key or f"g-{member.pk}-{Coupon.objects.count()}"
    return coupons.grant(type_code=kind.code, member_id=member.pk, key=key, at=when)


def claim(kind: CouponType, member: Any, key: str = "1", when: datetime = NOW) -> Coupon:
    return coupons.claim(type_code=kind.code, member_id=member.pk, key=key, at=when)


def enter(code: str, member: Any, key: str = "1", when: datetime = NOW) -> Coupon:
    return coupons.claim(code=code, member_id=member.pk, key=key, at=when)


def use(order: int | None, code: str, member: Any = None, **options: Any) -> Use:
    """A use by order number `order`; a guest where nobody is named."""
    when = options.pop("when", NOW)
    holder = options.pop("holder", f"member:{member.pk}" if member else "")
    return Use(
        order_id=order,
        code=code,
        member_id=member.pk if member else None,
        holder=holder,
        source="till",
        external_id=options.pop("number", f"o-{order}"),
        store_id=options.pop("store_id", None),
        occurred_at=when,
        **options,
    )


def redeem(order: int | None, code: str, member: Any = None, **options: Any) -> Used:
    now = options.pop("now", options.get("when", NOW))
    return coupon_redemptions.redeem(uses=[use(order, code, member, **options)], at=now)[0]


def why(used: Any) -> str:
    """The reason of a refusal; "" where it counts."""
    return used.refused["code"] if used.refused else ""


def ask(order: int, code: str, member: Any = None, **options: Any) -> LockAsk:
    return LockAsk(
        code=code,
        member_id=member.pk if member else None,
        holder=options.pop("holder", f"member:{member.pk}" if member else ""),
        source="till",
        external_id=f"o-{order}",
        **options,
    )


def lock(order: int, code: str, member: Any = None, when: datetime = NOW, **options: Any) -> Any:
    return coupons.lock(asks=[ask(order, code, member, **options)], at=when)[0]


def release(order: int, code: str, when: datetime = NOW) -> Any:
    return coupons.release(codes=[code], source="till", external_id=f"o-{order}", at=when)


def give_back(order: int, when: datetime = NOW) -> list[dict[str, Any]]:
    return coupon_redemptions.give_back(order_id=order, at=when)


def make(batch: CouponBatch, codes: list[str]) -> None:
    """Codes of a batch that the test chooses."""
    coupon_calls.call("loyalty_coupons_make", batch.pk, codes, NOW, coupon_calls.zone())


def tidy(when: datetime) -> int:
    return sum(coupon_nights.settle(at=when))


def fresh(coupon: Coupon) -> Coupon:
    return Coupon.objects.get(pk=coupon.pk)


def left(kind: CouponType) -> tuple[int | None, int | None]:
    """What is left of stock and budget."""
    figures = found.figures(type_ids=[kind.pk])[kind.pk]
    return figures.stock_left, figures.budget_left_amount


def used(kind: CouponType, member: Any) -> int:
    rows = PoolUse.objects.filter(key=f"coupon:{kind.pk}", holder=f"member:{member.pk}")
    return rows.values_list("used", flat=True).first() or 0


def minutes(count: int) -> datetime:
    return NOW + timedelta(minutes=count)


def days(count: int) -> datetime:
    return NOW + timedelta(days=count)


__all__ = ["NOW", "UNTIL", "till"]
