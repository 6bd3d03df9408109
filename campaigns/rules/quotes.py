"""Quotes: what a cart costs with the best allowed combination of offers and coupons, and why the
others don't apply. Pure: the same cart, book and wallet give the same answer, in whatever order
their lines, offers, coupons come. Source: docs/algorithms/quotes.md.
"""

from collections.abc import Iterable, Mapping, Sequence

from campaigns.rules import offer_books
from campaigns.rules import quote_allocation as allocation
from campaigns.rules import quote_evaluation as evaluation
from campaigns.rules import quote_finding as finding
from campaigns.rules import quote_reasons as reasons
from campaigns.rules import quote_search as search
from campaigns.rules.offer_books import Book
from campaigns.rules.quote_evaluation import Outcome, Taken
from campaigns.rules.quote_shapes import (
    Applied,
    Cart,
    Discount,
    Floor,
    HeldCoupon,
    Layer,
    LineQuote,
    Quote,
    Rejected,
    Wallet,
)
from campaigns.rules.quote_tables import Table

Cuts = dict[int, tuple[tuple[Layer, str, int], ...]]


def quote(cart: Cart, book: Book, wallet: Wallet) -> Quote:
    """The best that the book and the wallet do for the cart."""
    table = Table(cart, book)
    found = finding.find(table, book, wallet)
    candidates, rejected = found.candidates, found.rejected
    if len(candidates) > 1:
        evaluation.rank_bundles(candidates, table)
    chosen = search.best(candidates, table)
    if len(chosen.taken) < len(candidates):
        rejected += reasons.explain(candidates, chosen, table)
    return _quote(table, chosen, rejected)


def evaluate(
    cart: Cart,
    discounts: Iterable[Discount],
    coupons: Sequence[HeldCoupon] = (),
    floors: Mapping[tuple[str, str], Floor] | None = None,
    prices: Mapping[str, int] | None = None,
) -> Quote:
    """The same with just these offers and coupons: what is left of an order after a return is
    judged again by what it was sold under, at the time of its quote. Limits and budgets are not
    asked again. Coupon types are among `discounts`."""
    return quote(cart, offer_books.compile_book(discounts, floors, prices), Wallet(tuple(coupons)))


def _quote(table: Table, chosen: Outcome, rejected: list[Rejected]) -> Quote:
    cart = table.cart
    if rejected:
        rejected.sort(key=_place)
    freight = cart.shipping_amount
    return Quote(
        _lines(table, chosen),
        tuple([_applied(table, one) for one in chosen.taken]),
        tuple(rejected),
        freight,
        freight - chosen.state.shipping,
        cart.percent_base,
    )


def _lines(table: Table, chosen: Outcome) -> tuple[LineQuote, ...]:
    """In the cart's order."""
    cuts = _cuts(table, chosen) if table.floors is not None else {}
    found = map(LineQuote, table.ids, table.gross, chosen.state.amounts)
    if cuts:
        found = map(_with_cuts, found, [cuts.get(index, ()) for index in table.every])
    if table.lines is table.cart.lines:
        return tuple(found)
    by_id = {line.line_id: line for line in found}
    return tuple([by_id[line.line_id] for line in table.cart.lines])


def _with_cuts(line: LineQuote, cuts: tuple[tuple[Layer, str, int], ...]) -> LineQuote:
    return line._replace(cuts=cuts)


def _place(rejected: Rejected) -> tuple[str, str, int]:
    return rejected.what, rejected.code, rejected.id or 0


def _cuts(table: Table, chosen: Outcome) -> Cuts:
    found: Cuts = {}
    for candidate, take in chosen.taken:
        for index, amount in take.cuts:
            cut = (candidate.layer, candidate.code, amount)
            found[index] = (*found.get(index, ()), cut)
    return found


def _applied(table: Table, taken: Taken) -> Applied:
    candidate, take = taken
    discount, coupon = candidate.discount, candidate.coupon
    ids = table.ids
    # By place, since every quote makes some of these.
    return Applied(
        discount.what,
        discount.id,
        candidate.code,
        discount.kind,
        candidate.layer,
        take.amount,
        tuple([(ids[index], amount) for index, amount in take.lines]),
        take.shipping,
        take.times,
        "" if coupon is None else discount.code,
        None if coupon is None else coupon.id,
        take.gifts,
        take.multiplier,
        allocation.total(take.cuts) if take.cuts else 0,
    )
