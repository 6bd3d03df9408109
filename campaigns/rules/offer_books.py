"""Offers and coupon types compiled: found by product, category, brand and threshold, so that a
cart looks only at what may touch it. Source: docs/algorithms/quotes.md, "What is looked at".
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from campaigns.rules import offer_entries
from campaigns.rules.offer_entries import Entry
from campaigns.rules.quote_shapes import COUPON, Discount, Floor, Form, Step

# What begins or ended within so long is told as such; older offers are history.
NEAR = timedelta(days=31)
# Offers on the whole order whose threshold is out of reach: so many of the nearest are told.
OUT_OF_REACH = 20
_KEPT_PAGES = 16
_ALWAYS = datetime.min.replace(tzinfo=UTC)
Found = dict[str, tuple[Entry, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """The offers of an instant, those included that narrowly aren't in force: `problems` say of
    them `not_yet` or `expired`. `open_to_all` may concern any line, rising by threshold."""

    by_sku: Found
    by_category: Found
    by_brand: Found
    open_to_all: tuple[Entry, ...]
    thresholds: tuple[int, ...]
    problems: Mapping[Entry, str]

    def within(self, amount: int) -> Sequence[Entry]:
        """Those on the order that so much reaches, and the next few."""
        reached = bisect_right(self.thresholds, amount)
        return self.open_to_all[: reached + OUT_OF_REACH]


@dataclass(frozen=True, eq=False)
class Book:
    """All published offers (a code may have several versions), coupon types by id, floors."""

    offers: tuple[Entry, ...] = ()
    coupon_types: Mapping[int, Entry] = field(default_factory=dict)
    floors: Mapping[tuple[str, str], Floor] = field(default_factory=dict)
    _borders: list[datetime] = field(init=False, repr=False)
    _pages: dict[int, Page] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        borders: set[datetime] = set()
        for entry in self.offers:
            begins, ends = entry.discount.valid_from, entry.discount.valid_until
            if begins is not None:
                borders |= {begins, begins - NEAR}
            if ends is not None:
                borders |= {ends, ends + NEAR}
        object.__setattr__(self, "_borders", sorted(borders))
        object.__setattr__(self, "_pages", {})

    def at(self, at: datetime) -> Page:
        """What is there at an instant. Between two borders nothing changes, so it is kept."""
        segment = bisect_right(self._borders, at)
        found = self._pages.get(segment)
        if found is None:
            if len(self._pages) >= _KEPT_PAGES:
                self._pages.clear()
            found = self._pages[segment] = _page(_standing(self.offers, at))
        return found

    def floor(self, sku: str, category: str) -> Floor | None:
        """A product's own floor counts before its category's."""
        return self.floors.get((sku, "")) or self.floors.get(("", category))


def compile_book(
    discounts: Iterable[Discount],
    floors: Mapping[tuple[str, str], Floor] | None = None,
    prices: Mapping[str, int] | None = None,
) -> Book:
    """The book of offers and coupon types. `floors` are by (sku, category), one of them "".
    `prices` are what gifts are worth, by sku, in minor units; those it doesn't name are of
    unknown worth.
    """
    given = tuple(discounts)
    worth = _Worth(prices or {}, {one.code: one for one in given if one.what == COUPON})
    entries = [offer_entries.read(one, worth.of(one)) for one in given]
    return Book(
        offers=tuple(entry for entry in entries if entry.discount.what != COUPON),
        coupon_types={
            entry.discount.id: entry for entry in entries if entry.discount.what == COUPON
        },
        floors=dict(floors or {}),
    )


@dataclass(frozen=True, slots=True)
class _Worth:
    """What gifts are worth: goods by list price, coupons by the money that they take off."""

    prices: Mapping[str, int]
    coupon_types: Mapping[str, Discount]

    def of(self, discount: Discount) -> list[int]:
        if discount.gift_sku:
            return [self.prices.get(discount.gift_sku, 0) * discount.quantity]
        return [self._step(step) for step in discount.steps]

    def _step(self, step: Step) -> int:
        if step.gift_sku:
            return self.prices.get(step.gift_sku, 0) * step.gift_quantity
        given = self.coupon_types.get(step.gift_coupon_type)
        is_money = given is not None and given.form is Form.AMOUNT_OFF
        return given.amount * step.gift_quantity if given is not None and is_money else 0


def _standing(offers: Iterable[Entry], at: datetime) -> dict[Entry, str]:
    """Of each code the newest version that has begun, or the next to come; with what keeps it
    from being in force. Source: docs/decisions/0023-newest-version-decides.md."""
    begun: dict[str, Entry] = {}
    coming: dict[str, Entry] = {}
    for entry in sorted(offers, key=_version):
        begins = entry.discount.valid_from
        if begins is None or begins <= at:
            begun[entry.discount.code] = entry
        elif begins - NEAR <= at:
            coming.setdefault(entry.discount.code, entry)
    found = {entry: "not_yet" for code, entry in coming.items() if code not in begun}
    for entry in begun.values():
        ends = entry.discount.valid_until
        if ends is None or at < ends:
            found[entry] = ""
        elif at < ends + NEAR:
            found[entry] = "expired"
    return found


def _version(entry: Entry) -> tuple[datetime, int]:
    return (entry.discount.valid_from or _ALWAYS, entry.discount.id)


def _page(standing: Mapping[Entry, str]) -> Page:
    found: dict[str, dict[str, list[Entry]]] = {code: {} for code in offer_entries.KEYS}
    to_all: list[Entry] = []
    for entry in standing:
        if entry.keys is None:
            to_all.append(entry)
        for code, value in entry.keys or ():
            found[code].setdefault(value, []).append(entry)
    to_all.sort(key=lambda entry: (entry.threshold, entry.discount.id))
    by_sku, by_category, by_brand = (
        {value: tuple(entries) for value, entries in found[code].items()}
        for code in offer_entries.KEYS
    )
    return Page(
        by_sku=by_sku,
        by_category=by_category,
        by_brand=by_brand,
        open_to_all=tuple(to_all),
        thresholds=tuple(entry.threshold for entry in to_all),
        problems={entry: problem for entry, problem in standing.items() if problem},
    )
