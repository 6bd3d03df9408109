"""What the API answers to a cart."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from campaigns.rules.quote_shapes import COUPON, Applied, Gift, HeldCoupon, LineQuote, Rejected
from campaigns.services import quote_points, quote_tokens
from campaigns.services.offer_books import Name, Shelf

if TYPE_CHECKING:
    from campaigns.services.quotes import Judged

Row = dict[str, Any]
_NAMELESS = Name()


def answer(judged: "Judged") -> Row:
    """The quote as `POST /quotes` answers it; its shape is in `campaigns.api.shapes`."""
    quote, points, promise = judged.quote, judged.points, judged.promise
    member, shelf = judged.desk.seen.member, judged.desk.shelf
    held = {coupon.code: coupon for coupon in judged.wallet.coupons}
    by_line = _by_line(quote.applied)
    return {
        "quote_id": quote_tokens.sign(promise),
        "expires_at": promise["until"],
        "currency": promise["currency"],
        "percent_base": quote.percent_base,
        "member": member[1] if member else None,
        "lines": [_line(line, by_line.get(line.line_id, [])) for line in quote.lines],
        "applied": [_applied(one, shelf, held) for one in quote.applied],
        "rejected": [_rejected(one, shelf) for one in quote.rejected],
        "gifts": [_gift(gift) for one in quote.applied for gift in one.gifts],
        "gross_amount": quote.gross_amount,
        "discount_amount": quote.discount_amount,
        "net_amount": quote.net_amount,
        "shipping_amount": quote.shipping_amount,
        "shipping_discount_amount": quote.shipping_discount_amount,
        "points": {
            "available": points.available,
            "usable": points.usable.points,
            "usable_amount": points.usable.amount,
            "used": points.used.points,
            "used_amount": points.used.amount,
        },
        "payable_amount": promise["payable"],
        "earn_forecast": _forecast(judged),
    }


def _by_line(applied: tuple[Applied, ...]) -> dict[str, list[Row]]:
    """What lowered each line, in the order of evaluation."""
    found: dict[str, list[Row]] = {}
    for one in applied:
        for line_id, amount in one.line_amounts:
            row = {"what": one.what, "code": one.code, "amount": amount}
            found.setdefault(line_id, []).append(row)
    return found


def _line(line: LineQuote, discounts: list[Row]) -> Row:
    return {
        "line_id": line.line_id,
        "gross_amount": line.gross_amount,
        "discount_amount": line.discount_amount,
        "net_amount": line.net_amount,
        "discounts": discounts,
        "cuts": [
            {"layer": layer.name.lower(), "code": code, "amount": amount}
            for layer, code, amount in line.cuts
        ],
    }


def _applied(one: Applied, shelf: Shelf, held: Mapping[str, HeldCoupon]) -> Row:
    name = shelf.names.get((one.what, one.id), _NAMELESS)
    coupon = held.get(one.code) if one.what == COUPON else None
    expires_at = coupon.expires_at if coupon else None
    return {
        "what": one.what,
        "code": one.code,
        "type": one.type_code,
        "kind": one.kind,
        "name_zh": name.zh,
        "name_en": name.en,
        "layer": one.layer.name.lower(),
        "amount": one.amount,
        "shipping_amount": one.shipping_amount,
        "times": one.times,
        "lines": dict(one.line_amounts),
        "gifts": [_gift(gift) for gift in one.gifts],
        "multiplier_percent": one.multiplier_percent,
        "expires_at": expires_at.isoformat() if expires_at else None,
    }


def _gift(gift: Gift) -> Row:
    return {
        "code": gift.code,
        "sku": gift.sku,
        "quantity": gift.quantity,
        "coupon_type": gift.coupon_type,
    }


def _rejected(one: Rejected, shelf: Shelf) -> Row:
    name = _name(one, shelf)
    return {
        "what": one.what,
        "code": one.code,
        "type": one.type_code,
        "name_zh": name.zh,
        "name_en": name.en,
        "reason": one.reason,
        "figures": dict(one.figures),
    }


def _name(one: Rejected, shelf: Shelf) -> Name:
    """A rejected coupon bears its own id: its type is known by code."""
    if one.what == COUPON:
        return shelf.type_names.get(one.type_code, _NAMELESS)
    return shelf.names.get((one.what, one.id or 0), _NAMELESS)


def _forecast(judged: "Judged") -> Row:
    """The shape of UCP's `earning_forecast`."""
    award = quote_points.forecast(judged.desk, judged.cart, judged.quote, judged.points.used)
    names = judged.desk.shelf.award_names
    return {
        "amount": award.points,
        "breakdown": [
            {
                "id": row["id"],
                "amount": row["points"],
                "description": names.get(row["id"], _NAMELESS).text(),
            }
            for row in award.breakdown
        ],
    }
