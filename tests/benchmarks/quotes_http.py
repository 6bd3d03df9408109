"""G8: quotes over HTTP beside a view of the product that does nothing (`/livez`): no account, no
body, no database. What is between them is reading the token and the cart, one statement for the
member, the engine, and the answer.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from campaigns.models import Offer
from tests.benchmarks import shop, tills
from tests.benchmarks.shop import Shop
from tests.benchmarks.web import Web

CONNECTIONS = 8
OFFERS = 1_000
LINES = 3


@dataclass(frozen=True)
class Round:
    """A second's answers and the server's processor µs of one, of quotes and of the empty view."""

    quotes: float
    empty: float
    quote_us: float
    empty_us: float
    median_ms: float


def stock() -> None:
    """A thousand published offers: prices of products, and one on the order."""
    at = timezone.now() - timedelta(days=1)
    offers = [
        Offer(
            code=f"bench-{number}",
            state=Offer.State.PUBLISHED,
            kind=Offer.Kind.LIMITED_PRICE,
            form=Offer.Form.PRICE,
            amount=15_000,
            condition={"field": "line.sku", "op": "eq", "value": f"SK-{number}"},
            valid_from=at,
        )
        for number in range(OFFERS - 1)
    ]
    offers.append(
        Offer(
            code="bench-order",
            state=Offer.State.PUBLISHED,
            steps=[{"min_amount": 30_000, "amount": 2_000}],
            valid_from=at,
        )
    )
    Offer.objects.bulk_create(offers)


def measure(made: Shop, server: Web, *, seconds: float) -> Round:
    """One round of both."""
    quoted, quote_us = _drive(server, _quotes(made), seconds)
    empty, empty_us = _drive(server, itertools.repeat(_EMPTY), seconds)
    return Round(quoted.per_second, empty.per_second, quote_us, empty_us, quoted.latency_ms(0.5))


def _drive(server: Web, requests: Iterator[bytes], seconds: float) -> tuple[tills.Tally, float]:
    before = server.processor_seconds()
    tally = tills.drive(
        server.port, requests, connections=CONNECTIONS, seconds=seconds, expected=200
    )
    return tally, (server.processor_seconds() - before) / tally.answers * 1e6


_EMPTY = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"


def _quotes(made: Shop) -> Iterator[bytes]:
    for number in itertools.count():
        yield shop.request("quotes", _cart(number % made.members), made.token)


def _cart(number: int) -> dict[str, object]:
    lines = shop.order("", number, lines=LINES)["lines"]
    kept = ("line_id", "sku", "name", "category", "brand", "quantity", "unit_price_amount")
    return {
        "channel": "pos",
        "store": "SH01",
        "member": {"type": "phone", "value": shop.phone(number)},
        "currency": "CNY",
        "lines": [{name: line[name] for name in kept} for line in lines],
    }
