"""The cart of the till. It lives in the page, signed: several tabs have several carts, nothing
is kept here, and neither prices nor the member can be changed on the way."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext_lazy as _

from members.errors import DomainError
from members.ids import uuid7

MOST_LINES = 100
MOST_CODES = 10
# Nobody counts more pieces by hand: what is longer was a scan into the wrong field.
MOST_QUANTITY = Decimal(9_999)
# Minor units: 9,999,999.99.
MOST_UNIT_AMOUNT = 10**9 - 1
# Typed in as money: no product of the catalogue.
AMOUNT_SKU = "AMOUNT"
_MAX_AGE_SECONDS = 12 * 60 * 60
_QUANTITY_DECIMALS = 3


class BadCart(DomainError):
    """This cart is none of yours, or is older than a working day: please start a new one."""

    code = "bad_cart"


class LineRefused(DomainError):
    """A cart that can't take this."""

    code = "line_refused"


@dataclass(frozen=True)
class Item:
    """What is sold: a product of the catalogue, one that it doesn't know, or a plain amount
    (`sku` AMOUNT). The price of a piece in minor units."""

    sku: str
    name: str
    unit_price_amount: int
    category: str = ""
    brand: str = ""


@dataclass(frozen=True)
class Line:
    """So much of an item; `line_id` never changes and isn't used twice in a cart."""

    line_id: str
    item: Item
    quantity: Decimal

    @property
    def shown_quantity(self) -> str:
        return plain(self.quantity)

    @property
    def gross_amount(self) -> int:
        """Before any discount; half a cent up, as quotes round it."""
        return int((self.item.unit_price_amount * self.quantity * 2 + 1) // 2)

    @property
    def is_amount(self) -> bool:
        return self.item.sku == AMOUNT_SKU


@dataclass(frozen=True)
class Choice:
    """One of the things that a text may be; `act` is what its button sends. One that `waits`
    is only at hand: the keys stay in the box."""

    act: str
    icon: str
    kind: str
    name: str
    detail: str = ""
    waits: bool = False


@dataclass(frozen=True)
class Cart:
    """One customer's purchase. `uid` makes it one order however often it is confirmed; `member`
    is a member's uid or ""; `quote_id` and `payable_amount` are what was shown last; `lock` is
    the lock of a cart that is being paid; `pending` a text that may be several things, which
    are its `choices`."""

    uid: UUID
    store_id: int = 0
    member: str = ""
    lines: tuple[Line, ...] = ()
    codes: tuple[str, ...] = ()
    uses_points: bool = False
    is_paying: bool = False
    pending: str = ""
    choices: tuple[Choice, ...] = ()
    quote_id: str = ""
    payable_amount: int = 0
    lock: str = ""
    points_hold: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.lines or self.member or self.codes)

    @property
    def pieces(self) -> str:
        """How much is in it, goods by weight as one."""
        whole = (line.quantity if line.quantity % 1 == 0 else Decimal(1) for line in self.lines)
        return plain(sum(whole, Decimal()))


def new(store_id: int = 0) -> Cart:
    return Cart(uid=uuid7(), store_id=store_id)


def add(cart: Cart, item: Item, quantity: Decimal = Decimal(1)) -> Cart:
    """The cart with so much more of it: on its line if it is there at the same price, or on a
    new one. An amount is a line of its own each time. A negative quantity takes away.

    Raises: LineRefused.
    """
    line = next((one for one in cart.lines if _is_same(one.item, item)), None)
    if line is not None:
        return change(cart, line.line_id, line.quantity + quantity)
    if quantity <= 0:
        raise LineRefused(str(_("There is none of it in the cart to take away.")))
    if len(cart.lines) >= MOST_LINES:
        text = _("A cart has at most %(count)s lines: please split the purchase.")
        raise LineRefused(str(text % {"count": MOST_LINES}))
    last = max((int(one.line_id) for one in cart.lines), default=0)
    line = Line(str(last + 1), item, checked(quantity))
    return replace(cart, lines=(*cart.lines, line))


def change(cart: Cart, line_id: str, quantity: Decimal) -> Cart:
    """The cart with this quantity on the line; none of it takes the line away.

    Raises: LineRefused.
    """
    if not any(line.line_id == line_id for line in cart.lines):
        raise LineRefused(str(_("This line is not in the cart any more.")))
    if quantity == 0:
        return replace(cart, lines=tuple(one for one in cart.lines if one.line_id != line_id))
    quantity = checked(quantity)
    lines = tuple(
        replace(line, quantity=quantity) if line.line_id == line_id else line for line in cart.lines
    )
    return replace(cart, lines=lines)


def enter(cart: Cart, code: str) -> Cart:
    """The cart with this coupon code, once.

    Raises: LineRefused.
    """
    if code in cart.codes:
        raise LineRefused(str(_("This coupon is in the cart already.")))
    if len(cart.codes) >= MOST_CODES:
        text = _("At most %(count)s coupons go into one cart.")
        raise LineRefused(str(text % {"count": MOST_CODES}))
    return replace(cart, codes=(*cart.codes, code))


def checked(quantity: Decimal) -> Decimal:
    """The quantity, if a line can have it.

    Raises: LineRefused.
    """
    if not 0 < quantity <= MOST_QUANTITY or -_exponent(quantity) > _QUANTITY_DECIMALS:
        text = _("A quantity is a number from 0.001 to %(most)s: was this a scan?")
        raise LineRefused(str(text % {"most": f"{MOST_QUANTITY:,}"}))
    return quantity


def plain(quantity: Decimal) -> str:
    """`2`, `0.35`: without empty decimals and without an exponent."""
    return f"{quantity.normalize():f}"


def sign(cart: Cart, operator_id: int) -> str:
    """The cart as the page carries it. Only the operator it was signed for can go on with it."""
    return signing.dumps(_packed(cart), salt=_salt(operator_id), compress=True)


def read(token: str, operator_id: int) -> Cart:
    """The cart of a page.

    Raises: BadCart.
    """
    try:
        return _unpacked(signing.loads(token, salt=_salt(operator_id), max_age=_MAX_AGE_SECONDS))
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        raise BadCart from None


def _is_same(one: Item, other: Item) -> bool:
    if AMOUNT_SKU in (one.sku, other.sku):
        return False
    return (one.sku, one.unit_price_amount) == (other.sku, other.unit_price_amount)


def _exponent(quantity: Decimal) -> int:
    return int(quantity.normalize().as_tuple().exponent)


def _salt(operator_id: int) -> str:
    return f"config.console.till:{operator_id}"


def _packed(cart: Cart) -> dict[str, Any]:
    plain_fields = {
        name: getattr(cart, name)
        for name in Cart.__dataclass_fields__
        if name not in ("uid", "lines", "choices")
    }
    return {
        **plain_fields,
        "uid": str(cart.uid),
        "choices": [list(vars(choice).values()) for choice in cart.choices],
        "lines": [
            [
                line.line_id,
                str(line.quantity),
                line.item.sku,
                line.item.name,
                line.item.unit_price_amount,
                line.item.category,
                line.item.brand,
            ]
            for line in cart.lines
        ],
    }


def _unpacked(packed: dict[str, Any]) -> Cart:
    return Cart(
        **{
            **packed,
            "uid": UUID(packed["uid"]),
            "codes": tuple(packed["codes"]),
            "choices": tuple(Choice(*choice) for choice in packed["choices"]),
            "lines": tuple(
                Line(line_id, Item(*item), Decimal(quantity))
                for line_id, quantity, *item in packed["lines"]
            ),
        }
    )
