"""What an order's quote promised, settled inside the order's transaction, and what its refunds
give back: what campaigns adds to `members.registry.settlements`.

Source: docs/algorithms/settlements.md; campaigns/migrations/sql/settlements.sql.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.db import connection

from campaigns.models import QuoteLock
from campaigns.rules import quote_differences
from campaigns.services import (
    offer_gifts,
    offer_refunds,
    quote_locks,
    quote_offers,
    quote_promises,
    quote_tokens,
)
from campaigns.services import refund_amounts as amounts_again
from campaigns.services.quote_tokens import BadQuote
from loyalty.services import programs
from loyalty.services.documents import Source
from members.models import Member
from members.registry.settlements import Promise, Return, Sale
from members.registry.subscriptions import Settlement

Row = dict[str, Any]
_encode = msgspec.json.Encoder().encode


def promises(sales: Sequence[Sale], at: datetime) -> list[Promise]:
    """What the quotes promised of coupons, or why one doesn't count: `quote_invalid`,
    `quote_not_yours`, `quote_expired`, `quote_differs`. At most two statements, and those only
    where an order is late or somebody's card was merged."""
    quoted = [_read(sale) for sale in sales]
    pairs = [
        (sale, promise) for sale, promise in zip(sales, quoted, strict=True) if promise is not None
    ]
    locked = _locked([pair for pair in pairs if _is_late(*pair)])
    merged = _merged(pairs)
    return [
        Promise({}, _problem("quote_invalid"))
        if promise is None
        else _promise(sale, promise, locked, merged)
        for sale, promise in zip(sales, quoted, strict=True)
    ]


def settle(sales: Sequence[Sale], at: datetime) -> Mapping[int, Settlement]:
    """Commits what locks reserved, takes limits and budgets of all other offers as far as they
    go, in one statement; grants the coupons that offers give. A repeat changes nothing."""
    promised = {sale.order_id: quote_tokens.read(sale.document.quote_id) for sale in sales}
    # The order was opened in this transaction, so what is kept is what is in force.
    method = programs.kept().refund_method
    rows = [_row(sale, promised[sale.order_id], method) for sale in sales]
    with connection.cursor() as cursor:
        request = _encode({"at": at, "sales": rows}).decode()
        cursor.execute("SELECT campaigns_settle(%s::jsonb)", [request])
        found = cursor.fetchone()[0]
    answers = msgspec.json.decode(found) if isinstance(found, str) else found
    refused = {order_id: codes for order_id, _lock, codes in answers}
    return {
        sale.order_id: _settlement(sale, promised[sale.order_id], refused[sale.order_id], at)
        for sale in sales
    }


def give_back(returned: Return, at: datetime) -> Settlement:
    """Budgets, limits and unused gifts of the order's offers, each exactly once."""
    return offer_refunds.give_back(returned=returned, at=at)


def check(quote_id: str, source: Source, at: datetime) -> None:
    """Raises: BadQuote, QuoteNotYours; QuoteChanged with the difference."""
    quote_locks.check(quote_id=quote_id, source=source, at=at)


def refund_amounts(order: Any, quantities: Mapping[str, Decimal]) -> Mapping[str, int] | None:
    """What comes back by line id where an order's returns are judged again; None elsewhere."""
    return amounts_again.judged_again(order=order, quantities=quantities)


def _read(sale: Sale) -> quote_promises.Promise | None:
    try:
        return quote_tokens.read(sale.document.quote_id)
    except BadQuote:
        return None


def _is_late(sale: Sale, promise: quote_promises.Promise) -> bool:
    return quote_promises.is_over(promise, sale.document.occurred_at)


def _locked(pairs: Sequence[tuple[Sale, quote_promises.Promise]]) -> set[tuple[str, str, str]]:
    """(source, number, quote) of late orders that had a lock of the quote they name."""
    if not pairs:
        return set()
    rows = QuoteLock.objects.filter(
        source__in={sale.source.name for sale, _ in pairs},
        external_id__in=[sale.document.external_id for sale, _ in pairs],
    )
    return set(rows.values_list("source", "external_id", "promise__id"))


def _merged(pairs: Sequence[tuple[Sale, quote_promises.Promise]]) -> dict[int, int]:
    """Who has become of members whose quote another member brings."""
    others = {
        promise["member"]
        for sale, promise in pairs
        if promise["member"] not in (None, sale.member_id)
    }
    if not others:
        return {}
    found = Member.objects.filter(pk__in=others, merged_into__isnull=False)
    return dict(found.values_list("pk", "merged_into_id"))


def _promise(
    sale: Sale,
    promise: quote_promises.Promise,
    locked: set[tuple[str, str, str]],
    merged: Mapping[int, int],
) -> Promise:
    document = sale.document
    if not _is_theirs(sale, promise, merged):
        return Promise({}, _problem("quote_not_yours"))
    number = (sale.source.name, document.external_id, promise["id"])
    if _is_late(sale, promise) and number not in locked:
        return Promise({}, _problem("quote_expired", until=promise["until"]))
    differences = quote_differences.compare(promise, document.lines, document.shipping_amount)
    if differences:
        details: Row = {"lines": list(differences.line_ids)}
        if differences.shipping_amount is not None:
            details["shipping_amount"] = differences.shipping_amount
        return Promise({}, _problem("quote_differs", **details))
    coupons = {one["code"]: one["amount"] for one in promise["applied"] if one["what"] == "coupon"}
    # A code that was entered and lost to others took nothing off: it isn't used up.
    return Promise(coupons, unused=frozenset(promise["entered"]) - frozenset(coupons))


def _is_theirs(sale: Sale, promise: quote_promises.Promise, merged: Mapping[int, int]) -> bool:
    """A member's quote is theirs alone. One for a guest's phone holds for that phone, for a
    member (whose limits count then) and for who names nobody; one for nobody for everybody."""
    if promise["source"] != sale.source.name:
        return False
    member_id = promise["member"]
    if member_id is not None:
        return sale.member_id is not None and sale.member_id in (
            member_id,
            merged.get(member_id),
        )
    if sale.member_id is not None or not promise["holder"]:
        return True
    return sale.holder in ("", promise["holder"])


def _row(sale: Sale, promise: quote_promises.Promise, method: str) -> Row:
    return {
        "order_id": sale.order_id,
        "source": sale.source.name,
        "external_id": sale.document.external_id,
        "member_id": sale.member_id,
        "holder": sale.holder or promise["holder"],
        "day": sale.business_date,
        "method": method,
        "promise": promise,
        "offers": quote_offers.of(promise),
    }


def _settlement(
    sale: Sale, promise: quote_promises.Promise, refused: Mapping[str, str], at: datetime
) -> Settlement:
    offers = quote_offers.of(promise)
    honored: list[Row] = [
        {"what": "offer", "code": one["code"], "amount": one["amount"]}
        for one in offers
        if one["code"] not in refused
    ]
    missed: list[Row] = [
        {"what": "offer", "offer": one["code"], "code": refused[one["code"]]}
        for one in offers
        if one["code"] in refused
    ]
    given, not_given = offer_gifts.give(sale=sale, promise=promise, refused=refused, at=at)
    return Settlement((*honored, *given), (*missed, *not_given))


def _problem(code: str, **details: Any) -> Row:
    return {"what": "quote", "code": code, **details}
