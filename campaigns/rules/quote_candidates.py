"""What may touch a cart: offers found by its lines, coupons by the wallet, each with the lines in
its scope, or why it can't apply whatever else does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from campaigns.rules import offer_entries
from campaigns.rules.offer_books import Book, Page
from campaigns.rules.offer_entries import Entry
from campaigns.rules.quote_shapes import (
    COUPON,
    EXCLUSIVE,
    OFFER,
    Discount,
    Form,
    HeldCoupon,
    Layer,
    Left,
    Rejected,
    Wallet,
)
from campaigns.rules.quote_tables import Table
from members.rules.conditions import Node

_NEVER = datetime.max.replace(tzinfo=UTC)
_NOTHING_USED = Left()
# Of coupons an exchange comes first, then parts of a hundred, then money: best for the member.
_FORMS = {Form.PRICE: 0, Form.PERCENT_OFF: 1, Form.AMOUNT_OFF: 2}
_REASONS = {
    "store.": "store",
    "channel.": "channel",
    "time.": "time",
    "member.tier": "tier",
    "member.tags": "tag",
    "member.": "member",
}
_MEMBERS_ONLY = frozenset({"MEMBER_PRICE", "FIRST_ORDER"})
Order = tuple[int, int, int, int, int, datetime, int, str]


@dataclass(slots=True, eq=False)
class Candidate:
    """A discount that may apply. `lines` are those in scope, `parts` those of a bundle's parts;
    `order` is its place in the evaluation: layer, rank of bundles, form, id…; `budget` what it
    may take at most, None: no budget."""

    entry: Entry
    discount: Discount
    lines: tuple[int, ...]
    layer: Layer
    order: Order
    parts: tuple[tuple[int, ...], ...] = ()
    coupon: HeldCoupon | None = None
    budget: int | None = None

    @property
    def code(self) -> str:
        return self.discount.code if self.coupon is None else self.coupon.code

    @property
    def is_exclusive(self) -> bool:
        return self.discount.stacking == EXCLUSIVE

    @property
    def expires_at(self) -> datetime:
        own = None if self.coupon is None else self.coupon.expires_at
        return own or self.discount.valid_until or _NEVER


@dataclass(frozen=True, slots=True)
class Found:
    candidates: list[Candidate]
    rejected: list[Rejected]


def find(table: Table, book: Book, wallet: Wallet) -> Found:
    """All that may apply to the cart, and what can't. Neither depends on the order in which
    lines, offers or coupons came."""
    found = Found([], [])
    page = book.at(table.cart.at)
    for entry, lines in _touching(table, page):
        _offer(found, table, entry, lines, page.problems.get(entry, ""), wallet)
    if wallet.coupons:
        for coupon in _coupons(wallet):
            _coupon(found, table, book, coupon)
    found.candidates.sort(key=lambda one: one.order)
    return found


def _touching(table: Table, page: Page) -> Iterator[tuple[Entry, list[int] | None]]:
    """Entries with the lines by which they were found; None: any line may be in scope."""
    hits: dict[Entry, list[int]] = {}
    for index, line in enumerate(table.lines):
        for entries in (
            page.by_sku.get(line.sku, ()),
            page.by_category.get(line.category, ()),
            page.by_brand.get(line.brand, ()),
        ):
            for entry in entries:
                lines = hits.setdefault(entry, [])
                if not lines or lines[-1] != index:
                    lines.append(index)
    yield from hits.items()
    if page.open_to_all:
        for entry in page.within(sum(table.gross)):
            yield entry, None


def _offer(
    found: Found,
    table: Table,
    entry: Entry,
    keyed: list[int] | None,
    problem: str,
    wallet: Wallet,
) -> None:
    discount = entry.discount
    lines = tuple(keyed) if keyed and entry.is_keyed_exactly else _scope(entry, table)
    if not lines:
        # It has nothing to do with this cart.
        return
    left = wallet.left.get(discount.code, _NOTHING_USED)
    problem = problem or _problem(entry, table) or left.problem
    if problem:
        found.rejected.append(
            Rejected(what=OFFER, code=discount.code, reason=problem, id=discount.id)
        )
        return
    found.candidates.append(
        Candidate(
            entry=entry,
            discount=discount,
            lines=lines,
            layer=_layer(discount),
            order=_order(discount, None),
            parts=_parts(entry, table, lines),
            budget=left.budget_amount,
        )
    )


def _coupons(wallet: Wallet) -> list[HeldCoupon]:
    """Each code once; those that are only held when they may be used."""
    by_code: dict[str, HeldCoupon] = {}
    for coupon in sorted(wallet.coupons, key=_coupon_order):
        known = by_code.get(coupon.code)
        if known is None or coupon.is_entered > known.is_entered:
            by_code[coupon.code] = coupon
    return [one for one in by_code.values() if one.is_entered or wallet.uses_held]


def _coupon_order(coupon: HeldCoupon) -> tuple[str, bool, int, str]:
    return coupon.code, coupon.id is None, coupon.id or 0, coupon.problem


def _coupon(found: Found, table: Table, book: Book, coupon: HeldCoupon) -> None:
    entry = None if coupon.type_id is None else book.coupon_types.get(coupon.type_id)
    problem = coupon.problem or ("not_found" if entry is None else "")
    lines: tuple[int, ...] = ()
    if entry is not None and not problem:
        problem = _out_of_time(entry.discount, coupon, table.cart.at) or _problem(entry, table)
        lines = () if problem else _scope(entry, table)
        problem = problem or ("" if lines else "scope")
    if problem or entry is None:
        found.rejected.append(
            Rejected(
                what=COUPON,
                code=coupon.code,
                reason=problem,
                id=coupon.id,
                type_code=entry.discount.code if entry else "",
            )
        )
        return
    found.candidates.append(
        Candidate(
            entry=entry,
            discount=entry.discount,
            lines=lines,
            layer=_layer(entry.discount),
            order=_order(entry.discount, coupon),
            coupon=coupon,
        )
    )


def _out_of_time(discount: Discount, coupon: HeldCoupon, at: datetime) -> str:
    """A coupon's own period counts before that of its type."""
    begins = coupon.valid_from or discount.valid_from
    ends = coupon.expires_at or discount.valid_until
    if begins is not None and at < begins:
        return "not_yet"
    return "expired" if ends is not None and at >= ends else ""


def _problem(entry: Entry, table: Table) -> str:
    """Why the order, its place, its time or its member doesn't do."""
    discount, cart = entry.discount, table.cart
    if discount.store_ids and cart.place.store_id not in discount.store_ids:
        return "store"
    if discount.kind in _MEMBERS_ONLY and not cart.is_member:
        return "member"
    if discount.kind == "FIRST_ORDER" and cart.buyer.order_number != 1:
        return "member"
    for test, node in entry.order_tests:
        if not test(table.order_facts):
            return _reason(node)
    return ""


def _reason(node: Node) -> str:
    field = next(iter(offer_entries.leaves(node))).field.code
    return next((why for begins, why in _REASONS.items() if field.startswith(begins)), "scope")


def _scope(entry: Entry, table: Table) -> tuple[int, ...]:
    """The lines in its scope; of a bundle only those that fit a part."""
    lines = table.every
    test = entry.line_test
    if test is not None:
        lines = tuple(index for index in lines if test(_facts(entry, table, index)))
    if entry.part_tests:
        fits = {index for part in _parts(entry, table, lines) for index in part}
        lines = tuple(index for index in lines if index in fits)
    return lines


def _parts(entry: Entry, table: Table, lines: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    return tuple(
        tuple(
            index for index in lines if part(table.order_facts.with_line(table.line_facts(index)))
        )
        for part in entry.part_tests
    )


def _facts(entry: Entry, table: Table, index: int) -> dict[str, object]:
    facts = table.line_facts(index)
    return table.order_facts.with_line(facts) if entry.is_mixed else facts


def _layer(discount: Discount) -> Layer:
    """Freight comes last, whoever pays it."""
    return Layer.SHIPPING if discount.form is Form.FREE_SHIPPING else discount.layer


def _order(discount: Discount, coupon: HeldCoupon | None) -> Order:
    return (
        _layer(discount),
        0,
        _FORMS.get(discount.form, 3),
        discount.what == COUPON,
        discount.id,
        (coupon and coupon.expires_at) or _NEVER,
        (coupon and coupon.id) or 0,
        coupon.code if coupon else discount.code,
    )
