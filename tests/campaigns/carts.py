"""Carts, offers and coupons for tests of quotes. Amounts are fen."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.rules import offer_books, quotes
from campaigns.rules.quote_shapes import (
    BEST_OF,
    COUPON,
    OFFER,
    Cart,
    CartLine,
    Discount,
    Floor,
    Form,
    HeldCoupon,
    Layer,
    Left,
    Part,
    Quote,
    Step,
    Wallet,
)
from loyalty.rules import cart_fields
from loyalty.rules.earning_facts import Buyer, Place
from members.rules import conditions
from members.rules.conditions import Condition

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Sunday, noon in the shop.
AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
NOBODY = Buyer()
LAYERS = {
    "STEPPED": Layer.ORDER,
    "GIFT": Layer.ORDER,
    "FIRST_ORDER": Layer.ORDER,
    "LIMITED_PRICE": Layer.ITEM,
    "MEMBER_PRICE": Layer.ITEM,
    "BUNDLE": Layer.BUNDLE,
    "NTH_ITEM": Layer.BUNDLE,
    "FREE_SHIPPING": Layer.SHIPPING,
}


def where(tree: Mapping[str, Any] | None = None) -> Condition:
    return conditions.parse(tree or {}, cart_fields.FIELDS)


def skus(*names: str) -> Condition:
    return where({"field": "line.sku", "op": "in", "value": list(names)})


def cart(*amounts: int, **more: Any) -> Cart:
    """A line each, one piece, ids `1`, `2`…, products `A`, `B`…"""
    lines = (line(str(number + 1), chr(65 + number), one) for number, one in enumerate(amounts))
    return of_lines(*lines, **more)


def line(line_id: str, sku: str, price: int, quantity: str = "1", **more: Any) -> CartLine:
    return CartLine(line_id, sku, price, Decimal(quantity), **more)


def of_lines(*lines: CartLine, **more: Any) -> Cart:
    made: dict[str, Any] = {"at": AT, "buyer": NOBODY, "place": Place(SHANGHAI), **more}
    return Cart(lines=tuple(lines), **made)


def offer(code: str, kind: str = "STEPPED", **more: Any) -> Discount:
    """An offer; ids follow from codes, so that later letters have higher ones."""
    made: dict[str, Any] = {
        "what": OFFER,
        "id": number_of(code),
        "kind": kind,
        "layer": LAYERS[kind],
        "form": Form.AMOUNT_OFF,
        "condition": where(),
        **more,
    }
    return Discount(code=code, **grouped(made))


def stepped(code: str, *steps: tuple[int, int], **more: Any) -> Discount:
    """满减: from the first amount on the second off."""
    return offer(code, steps=tuple(Step(at, amount=off) for at, off in steps), **more)


def price(code: str, amount: int, *names: str, **more: Any) -> Discount:
    """A limited-time price of some products."""
    made: dict[str, Any] = {"kind": "LIMITED_PRICE", "form": Form.PRICE, "condition": skus(*names)}
    return offer(code, amount=amount, **{**made, **more})


def bundle(code: str, amount: int, *names: str, **more: Any) -> Discount:
    """One piece of each product together for `amount`."""
    parts = tuple(Part(skus(name)) for name in names)
    made: dict[str, Any] = {"kind": "BUNDLE", "form": Form.PRICE, "parts": parts}
    return offer(code, amount=amount, **{**made, **more})


def nth(code: str, basis_points: int, *, every: int = 2, **more: Any) -> Discount:
    """Every second piece so much off."""
    made: dict[str, Any] = {"kind": "NTH_ITEM", "form": Form.PERCENT_OFF, "nth": every}
    return offer(code, off_basis_points=basis_points, **{**made, **more})


def percent(code: str, basis_points: int, **more: Any) -> Discount:
    """So much off the order."""
    return offer(code, form=Form.PERCENT_OFF, off_basis_points=basis_points, **more)


def free_shipping(code: str, **more: Any) -> Discount:
    return offer(code, "FREE_SHIPPING", form=Form.FREE_SHIPPING, **more)


def coupon_type(code: str, kind: str = "MONEY_OFF", **more: Any) -> Discount:
    forms = {
        "MONEY_OFF": Form.AMOUNT_OFF,
        "PERCENT_OFF": Form.PERCENT_OFF,
        "GIFT": Form.GIFT,
        "FREE_SHIPPING": Form.FREE_SHIPPING,
        "EXCHANGE": Form.PRICE,
        "MULTIPLIER": Form.MULTIPLIER,
    }
    made: dict[str, Any] = {
        "what": COUPON,
        "id": number_of(code),
        "kind": kind,
        "layer": Layer.COUPON,
        "form": forms[kind],
        "condition": where(),
        **more,
    }
    return Discount(code=code, **grouped(made))


def coupon(of: Discount, code: str = "", **more: Any) -> HeldCoupon:
    """A coupon of a type that the member holds; its code is the type's in capitals."""
    code = code or of.code.upper()
    return HeldCoupon(code=code, type_id=of.id, **{"id": number_of(code), **more})


def grouped(made: dict[str, Any]) -> dict[str, Any]:
    """`group` alone means best of it."""
    return {"stacking": BEST_OF, **made} if made.get("group") else made


def number_of(code: str) -> int:
    """An id that rises with the code's place in the alphabet."""
    return int.from_bytes(code.encode()[:6].ljust(6, b"\0"), "big")


def quote(
    of: Cart,
    *discounts: Discount,
    coupons: Sequence[HeldCoupon] = (),
    floors: Mapping[tuple[str, str], Floor] | None = None,
    prices: Mapping[str, int] | None = None,
    left: Mapping[str, Left] | None = None,
    uses_held: bool = True,
) -> Quote:
    book = offer_books.compile_book(discounts, floors, prices)
    return quotes.quote(of, book, Wallet(tuple(coupons), left or {}, uses_held))


def net(found: Quote) -> list[int]:
    """What each line costs in the end."""
    return [one.net_amount for one in found.lines]


def applied(found: Quote) -> dict[str, int]:
    """What applies, in its order, and what it takes off."""
    return {one.code: one.amount for one in found.applied}


def reasons(found: Quote) -> dict[str, tuple[str, dict[str, Any]]]:
    return {one.code: (one.reason, dict(one.figures)) for one in found.rejected}


def codes(found: Iterable[Discount]) -> list[str]:
    return [one.code for one in found]
