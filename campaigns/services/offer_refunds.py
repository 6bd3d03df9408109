"""What a refund gives back to the offers that lowered its order: budgets, limits, unused gifts.

Source: docs/algorithms/settlements.md, "What refunds give back".
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec
from django.db import connection

from campaigns.models import OfferUse, OrderQuote
from campaigns.rules import quote_returns
from campaigns.rules.quote_returns import Back
from campaigns.services import offer_gifts, resold_carts
from loyalty.models import OrderLine, RefundLine
from members.registry.settlements import Return
from members.registry.subscriptions import Settlement

_encode = msgspec.json.Encoder().encode
_REASON = "refund"
# So fine that the value of what is left is exact to the cent.
_PLACES = Decimal("1e-9")
# By line id: value and pieces that are back, this refund counted.
_Backs = dict[str, tuple[int, Decimal]]


def give_back(*, returned: Return, at: datetime) -> Settlement:
    """Each offer's budget in proportion to what of its lines is back, exactly all of it with the
    last refund; its counts with the last one only. Gift coupons whose threshold no longer holds
    become void unless they were used. Everything is counted from the beginning, so that a repeat
    changes nothing."""
    uses = list(OfferUse.objects.filter(order_id=returned.order_id).order_by("code"))
    quote = OrderQuote.objects.filter(order_id=returned.order_id).first()
    if quote is None or not uses:
        return Settlement()
    backs = _backs(returned)
    _return_budgets(uses, quote, returned, backs)
    voided = _take_gifts(uses, quote, returned, backs, at)
    return Settlement(tuple(voided))


def _backs(returned: Return) -> _Backs:
    lines = {row.pk: row.line_id for row in OrderLine.objects.filter(order_id=returned.order_id)}
    found = {
        line_id: (
            returned.line_values.get(line_id, 0),
            Decimal(returned.quantities.get(line_id, 0)),
        )
        for line_id in lines.values()
    }
    earlier = RefundLine.objects.filter(order_line_id__in=lines).exclude(
        refund_id=returned.refund_id
    )
    for row in earlier:
        value, quantity = found[lines[row.order_line_id]]
        found[lines[row.order_line_id]] = (value + row.value_amount, quantity + row.quantity)
    return found


def _return_budgets(
    uses: Sequence[OfferUse], quote: OrderQuote, returned: Return, backs: _Backs
) -> None:
    back = Back(
        line_amounts={line_id: value for line_id, (value, _) in backs.items()},
        amount=returned.refunded_amount,
        whole_amount=returned.whole_amount,
        is_full=returned.is_full,
    )
    nets = {row[0]: row[5] for row in quote.promise["lines"]}
    rows = [
        {
            "id": use.pk,
            "returned_amount": quote_returns.of_offer(use.amount, use.line_amounts, nets, back),
            "is_whole": returned.is_full,
        }
        for use in uses
        if use.state == OfferUse.State.COMMITTED
    ]
    if rows:
        with connection.cursor() as cursor:
            request = _encode({"uses": rows}).decode()
            cursor.execute("SELECT campaigns_give_back(%s::jsonb)", [request])


def _take_gifts(
    uses: Sequence[OfferUse],
    quote: OrderQuote,
    returned: Return,
    backs: _Backs,
    at: datetime,
) -> list[dict[str, Any]]:
    giving = [use for use in uses if use.coupon_ids]
    if not giving:
        return []
    kept = {} if returned.is_full else _gifts_kept(quote, backs)
    voided = []
    for use in giving:
        count = offer_gifts.take_back(
            use=use, kept_count=kept.get(use.code, 0), reason=_REASON, at=at
        )
        if count:
            voided.append({"what": "gift", "code": use.code, "voided_count": count})
    return voided


def _gifts_kept(quote: OrderQuote, backs: _Backs) -> Mapping[str, int]:
    """By offer code how many coupons what is left of the cart still earns."""
    judged = resold_carts.judge(promise=quote.promise, left=_left(quote, backs))
    kept: dict[str, int] = {}
    for applied in judged.applied if judged else ():
        count = sum(gift.quantity for gift in applied.gifts if gift.coupon_type)
        kept[applied.code] = kept.get(applied.code, 0) + count
    return kept


def _left(quote: OrderQuote, backs: _Backs) -> dict[str, Decimal]:
    """Pieces that are left. Where a till gave back value and named no pieces, so many are gone
    as that value paid for."""
    left: dict[str, Decimal] = {}
    for line_id, _sku, quantity, _price, _gross, net, *_ in quote.promise["lines"]:
        value, pieces = backs.get(line_id, (0, Decimal(0)))
        whole = Decimal(quantity)
        by_value = Decimal(0)
        if net > 0 and (pieces == 0 or value >= net):
            by_value = (whole * value / net).quantize(_PLACES, ROUND_HALF_UP)
        left[line_id] = max(Decimal(0), whole - max(pieces, by_value))
    return left
