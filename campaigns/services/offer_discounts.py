"""Offers and coupon types from the database, as the rules judge them."""

from collections.abc import Mapping
from typing import Any

from campaigns.models import Offer
from campaigns.rules.quote_shapes import COUPON, OFFER, Discount, Form, Layer, Part, Step
from loyalty.models import CouponType
from loyalty.rules import cart_fields
from members.rules import conditions
from members.rules.conditions import Condition

_Kind = Offer.Kind
LAYERS: Mapping[str, Layer] = {
    _Kind.LIMITED_PRICE: Layer.ITEM,
    _Kind.MEMBER_PRICE: Layer.ITEM,
    _Kind.BUNDLE: Layer.BUNDLE,
    _Kind.NTH_ITEM: Layer.BUNDLE,
    _Kind.STEPPED: Layer.ORDER,
    _Kind.GIFT: Layer.ORDER,
    _Kind.FIRST_ORDER: Layer.ORDER,
    _Kind.FREE_SHIPPING: Layer.SHIPPING,
}
# What these do follows from their kind; others say their form themselves.
_FORMS: Mapping[str, Form] = {_Kind.GIFT: Form.GIFT, _Kind.FREE_SHIPPING: Form.FREE_SHIPPING}
_COUPON_FORMS: Mapping[str, Form] = {
    CouponType.Kind.MONEY_OFF: Form.AMOUNT_OFF,
    CouponType.Kind.PERCENT_OFF: Form.PERCENT_OFF,
    CouponType.Kind.GIFT: Form.GIFT,
    CouponType.Kind.FREE_SHIPPING: Form.FREE_SHIPPING,
    CouponType.Kind.EXCHANGE: Form.PRICE,
    CouponType.Kind.MULTIPLIER: Form.MULTIPLIER,
}


def of_offer(row: Offer) -> Discount | None:
    """None for one that no cart is lowered by: it multiplies points, or its scope can't be read.
    Two queries if its stores weren't read along."""
    if row.kind == _Kind.MULTIPLIER:
        return None
    try:
        condition, parts = _condition(row.condition), tuple(_part(part) for part in row.parts)
    except conditions.BadCondition:
        return None
    return Discount(
        what=OFFER,
        id=row.pk,
        code=row.code,
        kind=row.kind,
        layer=LAYERS[row.kind],
        form=_FORMS.get(row.kind) or Form(row.form),
        condition=condition,
        amount=row.amount,
        off_basis_points=row.off_basis_points,
        cap_amount=row.cap_amount,
        steps=tuple(step(one) for one in row.steps),
        is_repeated=row.is_repeated,
        parts=parts,
        nth=row.nth if row.kind == _Kind.NTH_ITEM else 0,
        max_times=row.max_times,
        min_amount=row.min_amount,
        min_quantity=row.min_quantity,
        stacking=row.stacking,
        group=row.stacking_group,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        store_ids=frozenset(store.pk for store in row.stores.all()),
        is_limited=is_limited(row),
    )


def of_multiplier(row: Offer) -> Discount | None:
    """One that multiplies points, for those who ask whom it is for: its earning rule does what it
    does. None when its scope can't be read."""
    try:
        condition = _condition(row.condition)
    except conditions.BadCondition:
        return None
    return Discount(
        what=OFFER,
        id=row.pk,
        code=row.code,
        kind=row.kind,
        layer=Layer.ORDER,
        form=Form.MULTIPLIER,
        condition=condition,
        multiplier_percent=row.multiplier_percent,
        store_ids=frozenset(store.pk for store in row.stores.all()),
    )


def is_limited(row: Offer) -> bool:
    """Whether it may be used up, by one member or by all."""
    limits = (row.limit_member, row.limit_member_day, row.limit_count, row.budget_amount)
    return any(limit is not None for limit in limits)


def of_type(row: CouponType) -> Discount | None:
    """None for a type whose scope can't be read: its coupons take nothing off."""
    try:
        condition = _condition(row.condition)
    except conditions.BadCondition:
        return None
    form = _COUPON_FORMS[row.kind]
    return Discount(
        what=COUPON,
        id=row.pk,
        code=row.code,
        kind=row.kind,
        layer=Layer.SHIPPING if form is Form.FREE_SHIPPING else Layer.COUPON,
        form=form,
        condition=condition,
        amount=row.amount,
        off_basis_points=row.off_basis_points,
        cap_amount=row.cap_amount,
        quantity=row.quantity,
        gift_sku=row.gift_sku,
        multiplier_percent=row.multiplier_percent,
        min_amount=row.min_spend_amount,
        stacking=row.stacking,
        group=row.stacking_group,
        store_ids=frozenset(store.pk for store in row.stores.all()),
    )


def step(told: Mapping[str, Any]) -> Step:
    """A step as the database keeps it; what it doesn't say is as the shape has it."""
    return Step(
        min_amount=told.get("min_amount") or 0,
        min_quantity=told.get("min_quantity") or 0,
        amount=told.get("amount") or 0,
        off_basis_points=told.get("off_basis_points") or 0,
        gift_sku=told.get("gift_sku") or "",
        gift_quantity=told.get("gift_quantity") or 1,
        gift_coupon_type=told.get("gift_coupon_type") or "",
    )


def _part(told: Mapping[str, Any]) -> Part:
    condition = conditions.parse(told.get("condition") or {}, cart_fields.LINE_FIELDS)
    return Part(condition, told.get("quantity") or 1)


def _condition(tree: Mapping[str, Any]) -> Condition:
    return conditions.parse(tree, cart_fields.FIELDS)
