"""Quotes: what a cart costs now, why, and a promise of it. Pure: nothing is stored or reserved, and
the same cart gives the same answer whatever the order of its codes.

Source: docs/algorithms/quotes.md; docs/decisions/0052-kept-quotes.md.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from campaigns.errors import QuoteChanged, QuoteNotYours
from campaigns.rules import quotes as rules
from campaigns.rules.quote_shapes import Cart, CartLine, Quote, Wallet
from campaigns.services import (
    quote_answers,
    quote_changes,
    quote_enquiries,
    quote_guesses,
    quote_inputs,
    quote_members,
    quote_places,
    quote_points,
    quote_promises,
    quote_tokens,
    quote_wallets,
)
from campaigns.services.quote_documents import CartDocument, CartLineDocument
from campaigns.services.quote_inputs import Desk, Enquiry
from campaigns.services.quote_members import Person
from campaigns.services.quote_points import Points
from campaigns.services.quote_promises import Asked, Promise
from loyalty.errors import CurrencyMismatch
from loyalty.services.documents import Source
from members.services.guesses import Guesser

Answer = dict[str, Any]


@dataclass(frozen=True)
class Judged:
    """A cart that was judged: the quote, what points pay of it, and the promise of both."""

    desk: Desk
    cart: Cart
    wallet: Wallet
    quote: Quote
    points: Points
    promise: Promise


def quote(
    *, cart: CartDocument, source: Source, at: datetime, guesser: Guesser | None = None
) -> Answer:
    """What the cart costs, with all that led to it, as the API answers it; one statement. Wrong
    codes are counted for the `guesser`, if any.

    Raises: CurrencyMismatch, DuplicateLine, UnknownStore, UnknownChannel, TooManyGuesses; of a
    former quote BadQuote, QuoteNotYours, or QuoteChanged with the difference and the new quote.
    """
    former = _former(cart, source)
    with quote_guesses.trying(quote_enquiries.codes(cart), guesser) as trial:
        judged = judge(cart=cart, source=source, at=at, former=former)
        trial.saw(judged.quote.rejected)
    answer = quote_answers.answer(judged)
    if former is not None and quote_changes.is_same_cart(former, judged.promise):
        difference = quote_changes.between(former, judged.promise, judged.quote, judged.points)
        if difference is not None:
            raise QuoteChanged(difference=difference, quote=answer)
    return answer


def judge(
    *, cart: CartDocument, source: Source, at: datetime, former: Promise | None = None
) -> Judged:
    """The quote of a cart and its promise. Prices of a `former` quote are kept within its time.

    Raises: CurrencyMismatch, DuplicateLine, UnknownStore, UnknownChannel.
    """
    return _judge(quote_enquiries.of_cart(cart, source, at, former))


def rejudge(*, promise: Promise, source: Source, at: datetime) -> Judged:
    """What was promised, judged once more: with its prices while its time lasts, else with those
    of now; coupons, limits and budgets as they stand now. `quote_changes.between` says what
    changed.

    Raises: QuoteNotYours; UnknownStore, UnknownChannel.
    """
    _check_source(promise, source)
    return _judge(quote_enquiries.of_promise(promise, source, at))


def _former(cart: CartDocument, source: Source) -> Promise | None:
    if not cart.quote_id:
        return None
    promise = quote_tokens.read(cart.quote_id)
    _check_source(promise, source)
    return promise


def _check_source(promise: Promise, source: Source) -> None:
    if promise["source"] != source.name:
        raise QuoteNotYours


def enquire(*, cart: CartDocument, source: Source, at: datetime) -> Desk:
    """All that a quote of the cart is worked out from, read in one statement.

    Raises: DuplicateLine, NoProgram.
    """
    return quote_inputs.read(quote_enquiries.of_cart(cart, source, at))


def judge_desk(*, desk: Desk, described: Person | None = None) -> Judged:
    """The quote of what was read. Where no member is known, a member may be `described`.

    Raises: CurrencyMismatch, UnknownStore, UnknownChannel.
    """
    terms, enquiry = desk.terms, desk.enquiry
    document = enquiry.cart
    if document.currency != terms.currency:
        raise CurrencyMismatch(given=document.currency, expected=terms.currency)
    person = described or quote_members.person(desk)
    cart = Cart(
        lines=tuple(_line(line, desk) for line in document.lines),
        at=enquiry.judged_at,
        buyer=person.buyer,
        place=quote_places.place(desk),
        is_member=described is not None or desk.seen.member is not None,
        shipping_amount=document.shipping_amount,
        percent_base=terms.percent_base,
        program_zone=terms.zone,
    )
    wallet = quote_wallets.wallet(desk)
    found = rules.quote(cart, desk.shelf.book, wallet)
    points = quote_points.paying(document, found, person, terms)
    promise = quote_promises.build(
        asked=_asked(desk),
        cart=cart,
        quote=found,
        points=points.used,
        period=(
            enquiry.judged_at,
            enquiry.until or enquiry.at + timedelta(minutes=terms.quote_minutes),
        ),
    )
    return Judged(desk, cart, wallet, found, points, promise)


def _judge(enquiry: Enquiry) -> Judged:
    return judge_desk(desk=quote_inputs.read(enquiry))


def _line(line: CartLineDocument, desk: Desk) -> CartLine:
    """Where the catalogue knows better than the till, its category and brand count."""
    category, brand, cost_amount = desk.seen.products.get(line.sku, ("", "", None))
    return CartLine(
        line_id=line.line_id,
        sku=line.sku,
        unit_price_amount=line.unit_price_amount,
        quantity=line.quantity,
        category=category or line.category,
        brand=brand or line.brand,
        cost_amount=cost_amount,
    )


def _asked(desk: Desk) -> Asked:
    enquiry, member = desk.enquiry, desk.seen.member
    return Asked(
        source=enquiry.source.name,
        member_id=member[0] if member else None,
        holder=desk.holder,
        program=(desk.terms.id, desk.terms.version),
        currency=enquiry.cart.currency,
        store=enquiry.cart.store,
        entered=enquiry.codes,
        uses_held=enquiry.cart.uses_held_coupons,
    )
