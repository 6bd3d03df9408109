"""Quotes and coupons of orders and refunds, settled inside their transaction.

A higher app knows what quotes promised (`members.registry.settlements`); coupons are ours.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from loyalty.models import Order
from loyalty.rules import coupons as coupon_rules
from loyalty.services import coupon_redemptions, references, rule_inputs
from loyalty.services.cases import Case, Settled
from loyalty.services.coupon_redemptions import Use, Used
from loyalty.services.documents import Source
from loyalty.services.programs import Terms
from members.registry import settlements
from members.registry.settlements import Promise, Return, Sale
from members.registry.subscriptions import Settlement

Row = dict[str, Any]
_NOTHING = Promise({})
_UNKNOWN = Promise({}, {"what": "quote", "code": "not_supported"})


def settle(cases: Sequence[Case], source: Source, terms: Terms, at: datetime) -> dict[int, Settled]:
    """By order id, for the orders that name a quote or coupons: mostly none, and then nothing is
    asked. One statement for all coupons, one for all quotes."""
    asked = [case for case in cases if case.document.quote_id or case.document.coupons]
    if not asked:
        return {}
    promises = _promises(asked, source, terms, at)
    uses = [
        use for case, promise in zip(asked, promises, strict=True) for use in _uses(case, promise)
    ]
    used = coupon_redemptions.redeem(uses=uses, at=at, actor_id=source.actor_id) if uses else []
    by_order: dict[int, list[Used]] = {}
    for one in used:
        assert one.order_id is not None
        by_order.setdefault(one.order_id, []).append(one)
    sales = [_sale(case, source, terms, by_order.get(case.order_id, [])) for case in asked]
    found = _settlements(sales, promises, at)
    return {
        case.order_id: _settled(
            promise, by_order.get(case.order_id, []), found.get(case.order_id, Settlement())
        )
        for case, promise in zip(asked, promises, strict=True)
    }


def check_quote(*, quote_id: str, source: Source, at: datetime) -> None:
    """Before points are held for a quote.

    Raises: DomainError (409 `quote_changed`) when it can't be kept any more.
    """
    for settler in settlements.settlers():
        settler.check(quote_id, source, at)


def give_back(order: Order, returned: Return, at: datetime) -> list[Row]:
    """What a refund does to the order's offers and coupons; gives the coupons that came back."""
    if not is_settled(order):
        return []
    for settler in settlements.settlers():
        settler.give_back(returned, at)
    if not returned.is_full:
        return []
    return coupon_redemptions.give_back(order_id=order.pk, at=at)


def refund_amounts(order: Order, quantities: Mapping[str, Decimal]) -> Mapping[str, int] | None:
    """What comes back by line id where the rest of the order is judged again; None: by what was
    paid for each line."""
    if not is_settled(order):
        return None
    for settler in settlements.settlers():
        amounts = settler.refund_amounts(order, quantities)
        if amounts is not None:
            return amounts
    return None


def is_settled(order: Order) -> bool:
    """Whether the order named a quote or coupons."""
    return "settled" in order.answer


def _promises(cases: Sequence[Case], source: Source, terms: Terms, at: datetime) -> list[Promise]:
    quoted = [_sale(case, source, terms, ()) for case in cases if case.document.quote_id]
    told: Iterable[Promise] = (_UNKNOWN for _ in quoted)
    for settler in settlements.settlers():
        told = settler.promises(quoted, at) if quoted else ()
    rest = iter(told)
    return [next(rest) if case.document.quote_id else _NOTHING for case in cases]


def _uses(case: Case, promise: Promise) -> list[Use]:
    """The codes of an order, each once: those that it names and those that its quote counted on."""
    codes: dict[str, int | None] = {}
    for code in case.document.coupons:
        codes.setdefault(coupon_rules.normalize(code), None)
    if promise.problem is None:
        codes = {code: amount for code, amount in codes.items() if code not in promise.unused}
        codes |= {coupon_rules.normalize(code): amount for code, amount in promise.coupons.items()}
    member_id = case.state.member_id if case.state else None
    return [
        Use(
            order_id=case.order_id,
            code=code,
            member_id=member_id,
            holder=references.holder(case.document.member, member_id),
            source=case.source,
            external_id=case.document.external_id,
            store_id=case.place.store_id,
            occurred_at=case.document.occurred_at,
            discount_amount=amount,
        )
        for code, amount in codes.items()
    ]


def _sale(case: Case, source: Source, terms: Terms, used: Sequence[Used]) -> Sale:
    member_id = case.state.member_id if case.state else None
    return Sale(
        order_id=case.order_id,
        document=case.document,
        source=source,
        member_id=member_id,
        holder=references.holder(case.document.member, member_id),
        store_id=case.place.store_id,
        business_date=rule_inputs.day_of(case.document.occurred_at, terms),
        coupons={one.code: one for one in used if one.refused is None},
    )


def _settlements(
    sales: Sequence[Sale], promises: Sequence[Promise], at: datetime
) -> Mapping[int, Settlement]:
    sound = [
        sale
        for sale, promise in zip(sales, promises, strict=True)
        if sale.document.quote_id and promise.problem is None
    ]
    found: dict[int, Settlement] = {}
    for settler in settlements.settlers():
        found |= settler.settle(sound, at) if sound else {}
    return found


def _settled(promise: Promise, used: Sequence[Used], settlement: Settlement) -> Settled:
    refused = [one.refused for one in used if one.refused is not None]
    honored = [one for one in used if one.refused is None]
    if promise.problem is not None:
        refused.append(dict(promise.problem))
    return Settled(
        offers=tuple(row for row in settlement.honored if row.get("what") != "gift"),
        coupons=tuple({"code": one.code, "type": one.type_code} for one in honored),
        gifts=tuple(row for row in settlement.honored if row.get("what") == "gift"),
        refused=(*refused, *settlement.refused),
        multipliers=tuple(
            (one.type_code, one.multiplier_percent) for one in honored if one.kind == "MULTIPLIER"
        ),
    )
