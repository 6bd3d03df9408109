"""A discount that may apply to a cart."""

from datetime import UTC, datetime

from campaigns.rules.offer_entries import Entry
from campaigns.rules.quote_shapes import HeldCoupon

NEVER = datetime.max.replace(tzinfo=UTC)
_OFFER = (NEVER, 0, "")
Order = tuple[tuple[int, ...], tuple[datetime, int, str]]


class Candidate:
    """An offer, or a coupon with its type. `lines` are those in scope, `parts` those of a
    bundle's parts; `budget` is what it may take at most, None: no budget; `order` its place in
    the evaluation. A plain class with slots, since every quote makes some."""

    __slots__ = (
        "budget",
        "code",
        "coupon",
        "discount",
        "entry",
        "group",
        "has_rivals",
        "is_exclusive",
        "layer",
        "lines",
        "order",
        "parts",
    )

    def __init__(
        self,
        entry: Entry,
        lines: tuple[int, ...],
        coupon: HeldCoupon | None = None,
        budget: int | None = None,
    ) -> None:
        discount = entry.discount
        self.entry = entry
        self.discount = discount
        self.lines = lines
        self.coupon = coupon
        self.budget = budget
        self.layer = entry.layer
        self.group = entry.group
        self.is_exclusive = entry.is_exclusive
        # Whether other bundles may take its pieces.
        self.has_rivals = False
        self.parts: tuple[tuple[int, ...], ...] = ()
        self.order: Order
        if coupon is None:
            self.code = discount.code
            self.order = (entry.order, _OFFER)
        else:
            self.code = coupon.code
            self.order = (entry.order, (coupon.expires_at or NEVER, coupon.id or 0, coupon.code))

    @property
    def expires_at(self) -> datetime:
        own = None if self.coupon is None else self.coupon.expires_at
        return own or self.discount.valid_until or NEVER
