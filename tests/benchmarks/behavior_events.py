"""Behavior events: batches of 500 beside as many single ones, through the service, one process."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from django.utils import timezone

from members.services import behavior_events
from members.services.behavior_documents import ANY_DOCUMENT, BehaviorEventDocument
from members.services.behavior_events import Teller
from tests.benchmarks import postgres, shop
from tests.benchmarks.shop import Shop

BATCH = 500
# So many that a tick of the processor's clock doesn't matter.
_BATCHES, _SINGLES = 20, 1_000
_TELLER = Teller(source=shop.SOURCE, channel="pos")
_numbers = itertools.count()


@dataclass(frozen=True)
class Spent:
    """Events a second, and µs of processor for each, of the database and of our process."""

    per_second: float
    server_us: float
    own_us: float


@dataclass(frozen=True)
class Round:
    batch: Spent
    single: Spent
    visitors: Spent


def measure(made: Shop, rounds: int) -> list[Round]:
    """The rounds, after one that isn't counted."""
    measured = [_round(made) for _ in range(rounds + 1)]
    return measured[1:]


def _round(made: Shop) -> Round:
    return Round(
        batch=_spent(_events(made, _BATCHES * BATCH), BATCH),
        single=_spent(_events(made, _SINGLES), 1),
        # One in five has said who they are.
        visitors=_spent(_events(made, _BATCHES * BATCH, with_visitors=True), BATCH),
    )


def _spent(events: list[BehaviorEventDocument], size: int) -> Spent:
    server, own, began = postgres.processor_seconds(), time.process_time(), time.perf_counter()
    for start in range(0, len(events), size):
        behavior_events.record_batch(
            events=events[start : start + size], teller=_TELLER, at=timezone.now()
        )
    seconds = time.perf_counter() - began
    spent = time.process_time() - own
    return Spent(
        per_second=len(events) / seconds,
        server_us=(postgres.processor_seconds() - server) / len(events) * 1e6,
        own_us=spent / len(events) * 1e6,
    )


def _events(made: Shop, count: int, *, with_visitors: bool = False) -> list[BehaviorEventDocument]:
    sent = list(itertools.islice(_sent(made, with_visitors), count))
    documents: list[BehaviorEventDocument] = msgspec.convert(sent, list[ANY_DOCUMENT])
    return documents


def _sent(made: Shop, with_visitors: bool) -> Iterator[dict[str, object]]:
    at = timezone.now()
    for number in _numbers:
        event: dict[str, object] = {
            "external_id": f"bench-{number}",
            "kind": "product_view",
            "occurred_at": at,
            "object": f"SK-{number % shop.PRODUCTS}",
            "store": "SH01",
            "dwell_seconds": number % 90,
            "attributes": {"category": "skincare", "price_amount": 19_900},
        }
        if with_visitors:
            event["visitor"] = f"v-{number // 10}"
        if not with_visitors or number % 5 == 0:
            phone = shop.phone(number * 7 % made.members)
            event["member"] = {"type": "phone", "value": phone}
        yield event
