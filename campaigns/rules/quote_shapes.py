"""What a quote is worked out from, and what comes out. Money in minor units, parts of a hundred in
basis points, instants with their offset. Source: docs/algorithms/quotes.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from loyalty.rules.earning_facts import Buyer, Place
from members.rules.conditions import Condition

OFFER, COUPON, BENEFIT = "offer", "coupon", "benefit"
EXCLUSIVE, STACKABLE, BEST_OF = "EXCLUSIVE", "STACKABLE", "BEST_OF"
RUNNING, INITIAL = "RUNNING", "INITIAL"


class Layer(IntEnum):
    """The order of evaluation. Points pay between coupons and shipping."""

    ITEM = 1
    BUNDLE = 2
    ORDER = 3
    COUPON = 4
    SHIPPING = 5


class Form(StrEnum):
    """How a discount lowers the price."""

    AMOUNT_OFF = "AMOUNT_OFF"
    PERCENT_OFF = "PERCENT_OFF"
    PRICE = "PRICE"
    GIFT = "GIFT"
    FREE_SHIPPING = "FREE_SHIPPING"
    # A coupon's: this order earns so many times as much.
    MULTIPLIER = "MULTIPLIER"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a stepped offer: from `min_amount` and `min_quantity` on `amount` off, or a
    part of a hundred off, or a gift."""

    min_amount: int = 0
    min_quantity: int = 0
    amount: int = 0
    off_basis_points: int = 0
    gift_sku: str = ""
    gift_quantity: int = 1
    gift_coupon_type: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Pieces of a bundle: so many of the lines that meet the condition."""

    condition: Condition
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """An offer's version or a coupon type, compiled. `code` is that of the offer or of the type;
    `kind` its Kind; `condition` is over `loyalty.rules.cart_fields`. `is_limited`: there are
    limits or a budget, of which the wallet says what is left."""

    what: str
    id: int
    code: str
    kind: str
    layer: Layer
    form: Form
    condition: Condition
    amount: int = 0
    off_basis_points: int = 0
    cap_amount: int | None = None
    steps: tuple[Step, ...] = ()
    is_repeated: bool = False
    parts: tuple[Part, ...] = ()
    nth: int = 0
    max_times: int | None = None
    # EXCHANGE: pieces at most; GIFT coupons: pieces of `gift_sku`.
    quantity: int = 1
    gift_sku: str = ""
    multiplier_percent: int = 100
    min_amount: int = 0
    min_quantity: int = 0
    stacking: str = STACKABLE
    group: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    store_ids: frozenset[int] = frozenset()
    is_limited: bool = False


@dataclass(frozen=True, slots=True)
class Floor:
    """The least that a piece is sold for: an amount, or a part of its cost."""

    amount: int | None = None
    cost_percent: int | None = None


@dataclass(frozen=True, slots=True)
class CartLine:
    """A line before any discount. `net_amount` is for the facts of conditions only."""

    line_id: str
    sku: str
    unit_price_amount: int
    quantity: Decimal = Decimal(1)
    category: str = ""
    brand: str = ""
    cost_amount: int | None = None

    @property
    def gross_amount(self) -> int:
        """Unit price × quantity, half a cent up."""
        return int((self.unit_price_amount * self.quantity * 2 + 1) // 2)

    @property
    def net_amount(self) -> int:
        return self.gross_amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """A cart at an instant, in a place, of a member (or of nobody: `is_member` false).
    Birthdays are in `program_zone`; None: that of the place."""

    lines: tuple[CartLine, ...]
    at: datetime
    buyer: Buyer
    place: Place
    is_member: bool = False
    shipping_amount: int = 0
    percent_base: str = RUNNING
    program_zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCoupon:
    """A coupon that may be used: one of the member's, or one whose code was entered. `problem`
    is why it can't be, known before any evaluation: not_found, redeemed, locked, expired,
    not_yet, void, not_yours, limit, budget. A public code is none yet: `id` is None."""

    code: str
    type_id: int | None = None
    id: int | None = None
    expires_at: datetime | None = None
    valid_from: datetime | None = None
    is_entered: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """What an offer's limits and budget leave for this member: `problem` is `limit` when theirs
    or that of all is reached; `budget_amount` None: no budget."""

    problem: str = ""
    budget_amount: int | None = None


@dataclass(frozen=True, slots=True)
class Wallet:
    """What is the member's own in a quote. `left` is by offer code. Coupons that the member holds
    without entering them are used only when `uses_held`."""

    coupons: tuple[HeldCoupon, ...] = ()
    left: Mapping[str, Left] = field(default_factory=dict)
    uses_held: bool = True


@dataclass(frozen=True, slots=True)
class Gift:
    """Goods or a coupon that come with the order."""

    what: str
    code: str
    sku: str = ""
    quantity: int = 1
    coupon_type: str = ""


class Applied(NamedTuple):
    """A discount that applies. `code` is the offer's or the coupon's own, `type_code` the coupon
    type's. `line_amounts` say what it took off which line, by line id, zeros left out; a
    `shipping_amount` off the freight is not among `amount`'s lines but in it."""

    what: str
    id: int
    code: str
    kind: str
    layer: Layer
    amount: int
    line_amounts: tuple[tuple[str, int], ...] = ()
    shipping_amount: int = 0
    times: int = 1
    type_code: str = ""
    coupon_id: int | None = None
    gifts: tuple[Gift, ...] = ()
    multiplier_percent: int = 100
    # What the margin guard kept of it.
    cut_amount: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A discount that lost or doesn't apply, and why: lower_value, excluded_by, min_spend,
    min_quantity, scope, budget, limit, not_yet, expired, store, channel, tier, tag, member,
    time, margin, and for codes also not_found, redeemed, locked, void, not_yours.
    `figures` says more: `missing_amount`, `missing_quantity`, `excluded_by` (a code)."""

    what: str
    code: str
    reason: str
    id: int | None = None
    type_code: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)


class LineQuote(NamedTuple):
    """A line after its discounts; `cuts` are (layer, code, amount) that the margin guard kept."""

    line_id: str
    gross_amount: int
    net_amount: int
    cuts: tuple[tuple[Layer, str, int], ...] = ()

    @property
    def discount_amount(self) -> int:
        return self.gross_amount - self.net_amount


class Quote(NamedTuple):
    """The answer: lines in the cart's order, what applies in the order of evaluation, what
    doesn't and why. Points and earnings are worked out on it by others."""

    lines: tuple[LineQuote, ...]
    applied: tuple[Applied, ...]
    rejected: tuple[Rejected, ...]
    shipping_amount: int
    shipping_discount_amount: int = 0
    percent_base: str = RUNNING

    @property
    def gross_amount(self) -> int:
        return sum(line.gross_amount for line in self.lines)

    @property
    def net_amount(self) -> int:
        return sum(line.net_amount for line in self.lines)

    @property
    def discount_amount(self) -> int:
        return self.gross_amount - self.net_amount

    @property
    def payable_amount(self) -> int:
        return self.net_amount + self.shipping_amount - self.shipping_discount_amount
