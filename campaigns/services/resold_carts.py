"""The rest of a quoted cart, judged again with the discounts that had applied to it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from campaigns.models import Offer
from campaigns.rules import quote_scopes, quotes
from campaigns.rules.quote_shapes import (
    BENEFIT,
    COUPON,
    OFFER,
    Cart,
    CartLine,
    Discount,
    HeldCoupon,
    Quote,
)
from campaigns.services import (
    benefit_discounts,
    offer_books,
    offer_discounts,
    quote_promises,
)
from loyalty.models import CouponType, Product
from loyalty.rules.earning_facts import Buyer, Place
from loyalty.selectors import benefits
from loyalty.services import programs


def judge(*, promise: quote_promises.Promise, left: Mapping[str, Decimal]) -> Quote | None:
    """What the pieces `left` (by line id) cost now, goods only; None when nothing is left. The
    versions of offers and coupon types are those that were sold: their rows never change.
    Margin floors are today's.
    """
    sold = quote_promises.lines(promise)
    rest = tuple(
        replace(line, quantity=left[line.line_id])
        for line in sold
        if left.get(line.line_id, Decimal(0)) > 0
    )
    if not rest:
        return None
    cart = _cart(promise, _with_costs(rest))
    discounts, coupons = _discounts(promise, sold, rest)
    return quotes.evaluate(cart, discounts, coupons, offer_books.floors())


def _cart(promise: quote_promises.Promise, lines: tuple[CartLine, ...]) -> Cart:
    """Who bought and where is as it was: what conditions ask of that was met (`quote_scopes`)."""
    zone = programs.current().zone
    return Cart(
        lines=lines,
        at=datetime.fromisoformat(promise["at"]),
        buyer=Buyer(),
        place=Place(
            zone=zone,
            store_id=promise["store_id"],
            store_code=promise["store"],
            channel_code=promise["channel"],
        ),
        is_member=promise["member"] is not None,
        percent_base=promise["percent_base"],
        program_zone=zone,
    )


def _with_costs(lines: tuple[CartLine, ...]) -> tuple[CartLine, ...]:
    rows = Product.objects.filter(sku__in={line.sku for line in lines})
    costs = dict(rows.values_list("sku", "cost_amount"))
    return tuple(replace(line, cost_amount=costs.get(line.sku)) for line in lines)


def _discounts(
    promise: quote_promises.Promise, sold: Sequence[CartLine], rest: Sequence[CartLine]
) -> tuple[list[Discount], list[HeldCoupon]]:
    discounts: dict[tuple[str, int], Discount] = {}
    coupons: list[HeldCoupon] = []
    compiled = _compiled(promise["applied"])
    for one in promise["applied"]:
        discount = compiled.get((one["what"], one["id"]))
        if discount is None:
            continue
        scoped = quote_scopes.as_sold(discount, sold=sold, left=rest, line_amounts=one["lines"])
        if scoped is None:
            continue
        # It was in force and within limits when it was sold.
        discounts[one["what"], one["id"]] = replace(
            scoped, valid_from=None, valid_until=None, is_limited=False
        )
        if one["what"] == COUPON:
            coupons.append(
                HeldCoupon(
                    code=one["code"], type_id=one["id"], id=one["coupon_id"], is_entered=True
                )
            )
    return list(discounts.values()), coupons


def _compiled(applied: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], Discount]:
    offers = Offer.objects.prefetch_related("stores").filter(
        pk__in=[one["id"] for one in applied if one["what"] == OFFER]
    )
    honored = benefits.rows().filter(
        pk__in=[one["id"] for one in applied if one["what"] == BENEFIT]
    )
    types = CouponType.objects.prefetch_related("stores").filter(
        pk__in=[one["id"] for one in applied if one["what"] == COUPON]
    )
    found = [
        *(offer_discounts.of_offer(row) for row in offers),
        *(offer_discounts.of_type(row) for row in types),
        *benefit_discounts.of(honored),
    ]
    return {(one.what, one.id): one for one in found if one is not None}
