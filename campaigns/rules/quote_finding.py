"""What may touch a cart: offers found by its lines, coupons by the wallet, each with the lines in
its scope, or why it can't apply whatever else does.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from campaigns.rules import offer_entries
from campaigns.rules import quote_tables as tables
from campaigns.rules.offer_books import Book, Page
from campaigns.rules.offer_entries import Entry
from campaigns.rules.quote_candidates import Candidate
from campaigns.rules.quote_shapes import (
    COUPON,
    Discount,
    HeldCoupon,
    Left,
    Rejected,
    Wallet,
)
from campaigns.rules.quote_tables import Table
from members.rules.conditions import Node

_NOTHING_USED = Left()
_REASONS = {
    "store.": "store",
    "channel.": "channel",
    "time.": "time",
    "member.tier": "tier",
    "member.tags": "tag",
    "member.": "member",
}
Hits = dict[Entry, list[int]]


class Found:
    """What may apply, in the order of evaluation, and what can't."""

    __slots__ = ("candidates", "rejected")

    def __init__(self) -> None:
        self.candidates: list[Candidate] = []
        self.rejected: list[Rejected] = []


def find(table: Table, book: Book, wallet: Wallet) -> Found:
    """All that may apply to the cart, and what can't. Neither depends on the order in which
    lines, offers or coupons came."""
    found = Found()
    page = book.at(table.cart.at)
    for candidate in _touching(table, page):
        _offer(found, table, page, wallet, candidate)
    for coupon in _coupons(wallet) if wallet.coupons else ():
        _coupon(found, table, book, coupon)
    if len(found.candidates) > 1:
        found.candidates.sort(key=_order)
    return found


def _touching(table: Table, page: Page) -> list[Candidate]:
    """Offers with lines in their scope."""
    found = []
    for entry, keyed in _hits(table, page).items():
        lines = tuple(keyed) if entry.is_keyed_exactly else _scope(entry, table)
        if lines:
            found.append(Candidate(entry, lines))
    for entry in page.within(table.gross_amount) if page.open_to_all else ():
        lines = _scope(entry, table)
        if lines:
            found.append(Candidate(entry, lines))
    return found


def _order(candidate: Candidate) -> Any:
    return candidate.order


def _hits(table: Table, page: Page) -> Hits:
    """Entries with the lines by which they were found."""
    hits: Hits = {}
    by_sku, by_category, by_brand = page.by_sku.get, page.by_category.get, page.by_brand.get
    for index, line in enumerate(table.lines):
        if (entries := by_sku(line.sku)) is not None:
            _hit(hits, entries, index)
        if (entries := by_category(line.category)) is not None:
            _hit(hits, entries, index)
        if (entries := by_brand(line.brand)) is not None:
            _hit(hits, entries, index)
    return hits


def _hit(hits: Hits, entries: Sequence[Entry], index: int) -> None:
    for entry in entries:
        lines = hits.get(entry)
        if lines is None:
            hits[entry] = [index]
        elif lines[-1] != index:
            lines.append(index)


def _offer(found: Found, table: Table, page: Page, wallet: Wallet, candidate: Candidate) -> None:
    entry = candidate.entry
    problem = page.problems.get(entry, "") if page.problems else ""
    if not (problem or entry.is_for_all):
        problem = _problem(entry, table)
    left = wallet.left.get(candidate.code, _NOTHING_USED) if wallet.left else _NOTHING_USED
    problem = problem or left.problem
    if problem:
        what, id_ = candidate.discount.what, candidate.discount.id
        found.rejected.append(Rejected(what=what, code=candidate.code, reason=problem, id=id_))
        return
    candidate.budget = left.budget_amount
    if entry.part_tests:
        candidate.parts = _parts(entry, table, candidate.lines)
    found.candidates.append(candidate)


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
    if entry is not None and not problem:
        found.candidates.append(Candidate(entry, lines, coupon))
        return
    found.rejected.append(
        Rejected(
            what=COUPON,
            code=coupon.code,
            reason=problem,
            id=coupon.id,
            type_code=entry.discount.code if entry else "",
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
    if discount.kind in offer_entries.MEMBERS_ONLY and not cart.is_member:
        return "member"
    if discount.kind == "FIRST_ORDER" and cart.buyer.order_number != 1:
        return "member"
    for test, node in entry.order_tests:
        if not test(table.order_facts):
            return _reason(node, table.order_facts)
    return ""


def _reason(node: Node, facts: Mapping[str, Any]) -> str:
    """By the first comparison that isn't met; of a `not` by what it asks."""
    leaves = list(offer_entries.leaves(node))
    failed = (leaf for leaf in leaves if not offer_entries.test_of(leaf)(facts))
    field = next(failed, leaves[0]).field.code
    return next((why for begins, why in _REASONS.items() if field.startswith(begins)), "scope")


def _scope(entry: Entry, table: Table) -> tuple[int, ...]:
    """The lines in its scope; of a bundle only those that fit a part."""
    lines = table.every
    test = entry.line_test
    if test is not None:
        lines = tuple([index for index in lines if test(_facts(entry, table, index))])
    if entry.part_tests:
        fits = {index for part in _parts(entry, table, lines) for index in part}
        lines = tuple([index for index in lines if index in fits])
    return lines


def _parts(entry: Entry, table: Table, lines: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    facts = {index: tables.with_order(table, index) for index in lines}
    return tuple(
        tuple([index for index in lines if part(facts[index])]) for part in entry.part_tests
    )


def _facts(entry: Entry, table: Table, index: int) -> dict[str, Any]:
    return tables.with_order(table, index) if entry.is_mixed else table.line_facts(index)
