"""Quotes: what a cart costs with the best allowed combination of offers and coupons, and why the
others don't apply. Pure: the same cart, book and wallet give the same answer, in whatever order
their lines, offers, coupons come. Source: docs/algorithms/quotes.md.
"""

from collections.abc import Iterable, Mapping, Sequence

from campaigns.rules import offer_books
from campaigns.rules import quote_candidates as candidates
from campaigns.rules import quote_evaluation as evaluation
from campaigns.rules import quote_reasons as reasons
from campaigns.rules import quote_search as search
from campaigns.rules import quote_tables as tables
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

Cuts = dict[str, tuple[tuple[Layer, str, int], ...]]


def quote(cart: Cart, book: Book, wallet: Wallet) -> Quote:
    """The best that the book and the wallet do for the cart."""
    table = tables.lay_out(cart, book)
    found = candidates.find(table, book, wallet)
    evaluation.rank_bundles(found.candidates, table)
    chosen = search.best(found.candidates, table)
    rejected = found.rejected + reasons.explain(found.candidates, chosen, table)
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


def _quote(table: Table, chosen: Outcome, rejected: Sequence[Rejected]) -> Quote:
    cuts = _cuts(table, chosen)
    net = {
        line.line_id: amount for line, amount in zip(table.lines, chosen.state.amounts, strict=True)
    }
    cart = table.cart
    gross = {line.line_id: amount for line, amount in zip(table.lines, table.gross, strict=True)}
    return Quote(
        lines=tuple(
            LineQuote(
                line.line_id, gross[line.line_id], net[line.line_id], cuts.get(line.line_id, ())
            )
            for line in cart.lines
        ),
        applied=tuple(_applied(table, one) for one in chosen.taken),
        rejected=tuple(sorted(rejected, key=_place)),
        shipping_amount=cart.shipping_amount,
        shipping_discount_amount=cart.shipping_amount - chosen.state.shipping,
        percent_base=cart.percent_base,
    )


def _place(rejected: Rejected) -> tuple[str, str, int]:
    return rejected.what, rejected.code, rejected.id or 0


def _cuts(table: Table, chosen: Outcome) -> Cuts:
    found: Cuts = {}
    for candidate, take in chosen.taken:
        for index, amount in take.cuts:
            line_id = table.lines[index].line_id
            cut = (candidate.layer, candidate.code, amount)
            found[line_id] = (*found.get(line_id, ()), cut)
    return found


def _applied(table: Table, taken: Taken) -> Applied:
    candidate, take = taken
    discount, coupon = candidate.discount, candidate.coupon
    lines = table.lines
    return Applied(
        what=discount.what,
        id=discount.id,
        code=candidate.code,
        kind=discount.kind,
        layer=candidate.layer,
        amount=take.amount,
        line_amounts=tuple((lines[index].line_id, amount) for index, amount in take.lines),
        shipping_amount=take.shipping,
        times=take.times,
        type_code="" if coupon is None else discount.code,
        coupon_id=None if coupon is None else coupon.id,
        gifts=take.gifts,
        multiplier_percent=take.multiplier,
        cut_amount=sum(amount for _, amount in take.cuts),
    )
