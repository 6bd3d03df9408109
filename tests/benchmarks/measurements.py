"""One round measures each thing once, close together; the report takes ratios within a round."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from loyalty.services import orders, points, refunds
from loyalty.services.documents import OrderDocument, RefundDocument, Source
from tests.benchmarks import postgres, postings, shop, tills
from tests.benchmarks.postgres import Run
from tests.benchmarks.shop import Shop
from tests.benchmarks.web import Web

CONNECTIONS = 8
BATCH = 500
_BATCH_CONNECTIONS = 4
_REDEMPTIONS = 2_000
_UPDATED = ("loyalty_account", "loyalty_lot")


@dataclass(frozen=True)
class Round:
    """Rates a second and processor µs of one round."""

    standard: Run
    posting: Run
    http: Run
    batch: Run
    web_us: float
    web_batch_us: float
    till_us: float
    median_ms: float
    slow_ms: float


class Bench:
    def __init__(
        self, made: Shop, server: Web, folder: Path, *, seconds: float, lines: int
    ) -> None:
        self.made, self.server, self.folder = made, server, folder
        self.seconds, self.lines = seconds, lines
        self.dice = random.Random(1)

    def warm_up(self) -> None:
        """Caches, plans and connections, and an order for each member, whose first one makes
        their row longer; nothing of it is counted."""
        _an_order_each(self.made)
        tills.drive(
            self.server.port, self._orders("warm"), connections=CONNECTIONS, seconds=6, expected=201
        )
        self._posting("warm", seconds=2)
        postgres.analyze()
        self.updates_before = {table: postgres.updates(table) for table in _UPDATED}

    def round(self, number: int) -> Round:
        standard = postgres.pgbench("-N", clients=CONNECTIONS, seconds=self.seconds)
        posting = self._posting(f"p{number}", seconds=self.seconds)
        single = self._drive(self._orders(f"h{number}"), CONNECTIONS, 201)
        batch = self._drive(self._batches(f"b{number}"), _BATCH_CONNECTIONS, 200, each=BATCH)
        return Round(
            standard=standard,
            posting=posting,
            http=single.run,
            batch=batch.run,
            web_us=single.web_us,
            web_batch_us=batch.web_us,
            till_us=single.tally.own_seconds / single.tally.answers * 1e6,
            median_ms=single.tally.latency_ms(0.5),
            slow_ms=single.tally.latency_ms(0.99),
        )

    def hot_updates(self) -> dict[str, float]:
        """Share of updates on the row's own page, over all rounds and some redemptions."""
        _redeem(self.made, self.dice)
        shares = {}
        for table, (updates, hot) in self.updates_before.items():
            now = postgres.updates(table)
            shares[table] = (now[1] - hot) / (now[0] - updates)
        return shares

    def statements(self) -> dict[str, int]:
        return statements()

    def _posting(self, tag: str, *, seconds: float) -> Run:
        file = self.folder / f"{tag}.sql"
        file.write_text(postings.script(self.made, tag=tag, at=timezone.now(), lines=self.lines))
        return postgres.pgbench(
            *("--file", str(file), "--define", "n=0"),
            role=postgres.APP,
            clients=CONNECTIONS,
            seconds=seconds,
        )

    def _drive(
        self, requests: Iterator[bytes], connections: int, expected: int, *, each: int = 1
    ) -> "_Driven":
        before, web_before = postgres.processor_seconds(), self.server.processor_seconds()
        tally = tills.drive(
            self.server.port,
            requests,
            connections=connections,
            seconds=self.seconds,
            expected=expected,
        )
        web = self.server.processor_seconds() - web_before
        spent = postgres.processor_seconds() - before
        count = tally.answers * each
        return _Driven(Run(tally.per_second * each, spent / count * 1e6), web / count * 1e6, tally)

    def _orders(self, tag: str) -> Iterator[bytes]:
        for number in itertools.count():
            body = self._order(f"{tag}-{number}")
            yield shop.request("orders", body, self.made.token)

    def _batches(self, tag: str) -> Iterator[bytes]:
        for number in itertools.count():
            body = {"orders": [self._order(f"{tag}-{number}-{i}") for i in range(BATCH)]}
            yield shop.request("orders/batch", body, self.made.token)

    def _order(self, external_id: str) -> dict[str, object]:
        return shop.order(external_id, self.dice.randrange(self.made.members), lines=self.lines)


@dataclass(frozen=True)
class _Driven:
    run: Run
    web_us: float
    tally: tills.Tally


def statements() -> dict[str, int]:
    """Statements of each posting, its BEGIN and COMMIT aside."""
    source = Source(name=shop.SOURCE, channel="pos")
    at = timezone.now()
    documents = [
        msgspec.convert(shop.order(f"s-{number}", number), OrderDocument) for number in range(BATCH)
    ]
    with CaptureQueriesContext(connection) as order:
        answer = orders.record(order=documents[0], source=source, at=at).answer
    with CaptureQueriesContext(connection) as batch:
        orders.record_batch(orders=documents[1:], source=source, at=at)
    uid, refund = UUID(answer["id"]), RefundDocument(external_id="s-1", occurred_at=at)
    with CaptureQueriesContext(connection) as returned:
        refunds.record(order_uid=uid, refund=refund, source=source, at=timezone.now())
    counted = {"order": order, "batch of 500": batch, "refund": returned}
    return {name: _count(captured) for name, captured in counted.items()}


def _count(captured: CaptureQueriesContext) -> int:
    frame = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(frame) for query in captured.captured_queries)


def _an_order_each(made: Shop) -> None:
    source = Source(name=shop.SOURCE, channel="pos")
    for start in range(0, made.members, BATCH):
        documents = [
            msgspec.convert(shop.order(f"each-{number}", number), OrderDocument)
            for number in range(start, min(start + BATCH, made.members))
        ]
        orders.record_batch(orders=documents, source=source, at=timezone.now())


def _redeem(made: Shop, dice: random.Random) -> None:
    for number in range(_REDEMPTIONS):
        member_id = made.first_id + dice.randrange(made.members)
        try:
            points.redeem(
                member_id=member_id,
                points=1 + dice.randrange(50),
                key=f"bench:{number}",
                reason="bench",
                at=timezone.now(),
            )
        except points.InsufficientPoints:
            continue
