"""What of a promise can't be kept: the cart is the same, and what it costs is not."""

from decimal import Decimal
from typing import Any

from campaigns.rules.quote_shapes import Quote
from campaigns.services.quote_points import Points
from campaigns.services.quote_promises import Promise

Difference = dict[str, Any]
# What lost to something better for the member is no loss of theirs.
_FOR_THE_BETTER = frozenset({"lower_value", "excluded_by"})
_OF_THE_CART = (
    "member",
    "holder",
    "store",
    "channel",
    "currency",
    "entered",
    "uses_held",
)


def is_same_cart(former: Promise, now: Promise) -> bool:
    """Whether both are of the same goods, place, member and codes; the order of lines and of
    codes doesn't count. A cart that was changed is quoted anew, without a comparison."""
    return (
        all(former[name] == now[name] for name in _OF_THE_CART)
        and former["shipping"][0] == now["shipping"][0]
        and _goods(former) == _goods(now)
    )


def between(former: Promise, now: Promise, quote: Quote, points: Points) -> Difference | None:
    """What is worse now than was promised, and why; None where the promise is kept. Amounts in
    minor units, points counted as paid."""
    before_amount, now_amount = _price(former), _price(now)
    lost = _lost(former, now, quote) + _lost_points(former, points)
    is_lost = any(one["reason"] not in _FOR_THE_BETTER for one in lost)
    if now_amount <= before_amount and not is_lost:
        return None
    return {
        "payable_before": former["payable"],
        "payable_now": now["payable"],
        "lost": lost,
    }


def _goods(promise: Promise) -> set[tuple[Any, ...]]:
    return {(line[0], line[1], Decimal(line[2]), line[3]) for line in promise["lines"]}


def _price(promise: Promise) -> int:
    return int(promise["payable"]) + int(promise["points"]["amount"])


def _lost(former: Promise, now: Promise, quote: Quote) -> list[Difference]:
    """Discounts that applied and don't any more, each with today's reason."""
    kept = {(one["what"], one["code"]) for one in now["applied"]}
    reasons = {(one.what, one.code): one.reason for one in quote.rejected}
    gone = {
        (one["what"], one["code"]): None
        for one in former["applied"]
        if (one["what"], one["code"]) not in kept
    }
    return [
        {"what": what, "code": code, "reason": reasons.get((what, code), "scope")}
        for what, code in gone
    ]


def _lost_points(former: Promise, points: Points) -> list[Difference]:
    """Points that were to pay and aren't there now. Who asks for fewer loses none."""
    if points.used.points >= min(former["points"]["used"], points.asked):
        return []
    return [{"what": "points", "code": "points", "reason": "insufficient_points"}]
