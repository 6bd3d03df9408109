"""G12: counting a segment by the compiled query beside SQL that somebody wrote by hand.

Over the shop of `purchases`, to which tags, consents, behaviors and lines are added. Each pair must
count the same; they are run in turn, and the ratio is that of the medians.
"""

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from members.models import Tag
from members.selectors import member_conditions
from tests.benchmarks import population, report

_TABLES = (
    "members_membertag", "members_consent", "members_behaviorevent", "loyalty_orderline",
    "loyalty_product",
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A condition, and what one would write by hand for it."""

    name: str
    tree: Mapping[str, Any]
    sql: str


@dataclass(frozen=True)
class Timed:
    """Seconds per round of the same count."""

    name: str
    members: int
    compiled: list[float]
    written: list[float]
    single_ms: float

    @property
    def ratio(self) -> float:
        return statistics.median(self.compiled) / statistics.median(self.written)


def fill(*, at: datetime) -> None:
    """Adds to the members and orders that stand there what segments ask for beside them."""
    tag, _made = Tag.objects.get_or_create(code="bench", defaults={"name_en": "Bench"})
    with population.owner() as cursor, population.without_indexes(cursor, _TABLES):
        for statement in _STATEMENTS:
            cursor.execute(statement, {"at": at, "tag": tag.pk})


def measure(rounds: int, *, at: datetime) -> list[Timed]:
    return [_measure(pair, rounds, at) for pair in PAIRS]


def show(measured: list[Timed]) -> None:
    report.say()
    for one in measured:
        report.goal("G12", one.name, one.ratio, 1.1, stretch=1.0, most=True)
        report.say(f"     {one.members:,} members; one member in {one.single_ms:.1f} ms")


def _measure(pair: Pair, rounds: int, at: datetime) -> Timed:
    condition = member_conditions.read(pair.tree)
    query = member_conditions.query(condition, at=at)
    by_hand = {
        "at": at,
        **{f"d{days}": at.astimezone(UTC) - timedelta(days=days) for days in (7, 30, 90, 365)},
        "today": at.date(),
    }
    counts: set[int] = set()
    compiled, written = [], []
    for _ in range(rounds + 1):
        compiled.append(_run(f"SELECT count(*) {query.sql}", query.params, counts))
        written.append(_run(pair.sql, by_hand, counts))
    if len(counts) != 1:
        raise AssertionError(f"{pair.name}: {counts}")
    # The first round warms what both read.
    return Timed(pair.name, counts.pop(), compiled[1:], written[1:], _single(condition, at))


def _run(sql: str, params: Mapping[str, Any], counts: set[int]) -> float:
    with connection.cursor() as cursor:
        begun = time.perf_counter()
        cursor.execute(sql, params)
        counts.add(cursor.fetchone()[0])
        return time.perf_counter() - begun


def _single(condition: Any, at: datetime) -> float:
    """Milliseconds to judge one member, the median of fifty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM members_member ORDER BY hashint8(id) LIMIT 50")
        ids = [row[0] for row in cursor.fetchall()]
    spent = []
    for member_id in ids:
        begun = time.perf_counter()
        member_conditions.is_met(condition, member_id=member_id, at=at)
        spent.append(1_000 * (time.perf_counter() - begun))
    return statistics.median(spent)


def _leaf(field: str, op: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value, **more}


_OPEN = "m.state = 'ACTIVE' AND m.is_profiled"
_NET = "(o.net_amount - o.refunded_amount + o.refunded_shipping_amount)"
PAIRS = (
    Pair(
        "attributes and a tag",
        {
            "all": [
                _leaf("member.placement", "eq", "poster"),
                _leaf("member.tags", "contains", ["bench"]),
                {"not": _leaf("consent.marketing", "contains", ["SMS"])},
            ]
        },
        f"""
SELECT count(*) FROM members_member m
WHERE {_OPEN} AND m.placement = 'poster'
  AND EXISTS (SELECT FROM members_membertag b JOIN members_tag t ON t.id = b.tag_id
    WHERE b.member_id = m.id AND t.code = 'bench')
  AND NOT EXISTS (SELECT FROM members_consent c WHERE c.member_id = m.id
    AND c.purpose = 'MARKETING' AND c.medium = 'SMS' AND c.is_granted AND NOT EXISTS (
      SELECT FROM members_consent l WHERE l.member_id = c.member_id AND l.purpose = c.purpose
        AND l.medium = c.medium AND l.id > c.id))""",
    ),
    Pair(
        "bought three times for 300 in 90 days",
        {
            "all": [
                _leaf("orders.count", "gte", 3, days=90),
                _leaf("spend.total", "gte", 30_000, days=90),
            ]
        },
        f"""
SELECT count(*) FROM members_member m JOIN (
  SELECT o.member_id FROM loyalty_order o
  WHERE o.occurred_at >= %(d90)s AND o.occurred_at < %(at)s AND o.member_id IS NOT NULL
    AND {_NET} > 0
  GROUP BY o.member_id HAVING count(*) >= 3 AND sum({_NET}) >= 30000
) bought ON bought.member_id = m.id WHERE {_OPEN}""",
    ),
    Pair(
        "nothing in 30 days, something in a year",
        {
            "all": [
                _leaf("orders.count", "eq", 0, days=30),
                _leaf("orders.count", "gte", 1, days=365),
            ]
        },
        f"""
SELECT count(*) FROM members_member m
LEFT JOIN (SELECT o.member_id, count(*) AS n FROM loyalty_order o
  WHERE o.occurred_at >= %(d30)s AND o.occurred_at < %(at)s AND o.member_id IS NOT NULL
    AND {_NET} > 0 GROUP BY o.member_id) late ON late.member_id = m.id
JOIN (SELECT o.member_id, count(*) AS n FROM loyalty_order o
  WHERE o.occurred_at >= %(d365)s AND o.occurred_at < %(at)s AND o.member_id IS NOT NULL
    AND {_NET} > 0 GROUP BY o.member_id) year ON year.member_id = m.id
WHERE {_OPEN} AND late.member_id IS NULL AND year.n >= 1""",
    ),
    Pair(
        "viewed and did not buy a category in 7 days",
        {
            "all": [
                _leaf("behavior.count", "gte", 1, days=7, of=["product_view"]),
                {"not": _leaf("bought.categories", "contains", ["c1"], days=7)},
            ]
        },
        f"""
SELECT count(*) FROM members_member m JOIN (
  SELECT b.member_id FROM members_behaviorevent b
  WHERE b.occurred_at >= %(d7)s AND b.occurred_at < %(at)s AND b.kind = 'product_view'
    AND b.member_id IS NOT NULL
  GROUP BY b.member_id) viewed ON viewed.member_id = m.id
WHERE {_OPEN} AND NOT EXISTS (
  SELECT FROM loyalty_order o JOIN loyalty_orderline l ON l.order_id = o.id
  JOIN loyalty_product p ON p.id = l.product_id
  WHERE o.member_id = m.id AND o.occurred_at >= %(d7)s AND o.occurred_at < %(at)s
    AND p.category = 'c1' AND l.net_amount > l.refunded_amount)""",
    ),
    Pair(
        "either of two, with a random tenth",
        {
            "all": [
                _leaf("member.bucket", "lt", 10, of=["spring"]),
                {
                    "any": [
                        _leaf("spend.total", "gte", 100_000, days=365),
                        _leaf("member.tags", "contains", ["bench"]),
                    ]
                },
            ]
        },
        f"""
SELECT count(*) FROM members_member m
LEFT JOIN (SELECT o.member_id, sum({_NET}) AS net FROM loyalty_order o
  WHERE o.occurred_at >= %(d365)s AND o.occurred_at < %(at)s AND o.member_id IS NOT NULL
    AND {_NET} > 0 GROUP BY o.member_id) year ON year.member_id = m.id
WHERE {_OPEN}
  AND (('x' || encode(substr(sha256(convert_to('spring:' || m.uid::text, 'UTF8')), 1, 4),
      'hex'))::bit(32)::bigint %% 100 * 96
    + ('x' || encode(substr(sha256(convert_to('spring:' || m.uid::text, 'UTF8')), 5, 4),
      'hex'))::bit(32)::bigint %% 100) %% 100 < 10
  AND (year.net >= 100000 OR EXISTS (
    SELECT FROM members_membertag b JOIN members_tag t ON t.id = b.tag_id
    WHERE b.member_id = m.id AND t.code = 'bench'))""",
    ),
)
_STATEMENTS = (
    """
INSERT INTO members_membertag (member_id, tag_id, origin, created_at)
SELECT id, %(tag)s, 'HAND', %(at)s FROM members_member WHERE id %% 7 = 0
ON CONFLICT DO NOTHING""",
    """
INSERT INTO members_consent (member_id, purpose, medium, is_granted, policy_version, source,
    occurred_at, recorded_at)
SELECT id, 'MARKETING', medium, (id + n) %% 3 <> 0, '1', '', %(at)s, %(at)s
FROM members_member, (VALUES (1, 'SMS'), (2, 'EMAIL'), (3, 'SMS')) asked (n, medium)
WHERE id %% 2 = 0 ORDER BY n, id""",
    """
INSERT INTO members_behaviorevent (source, external_id, member_id, is_adopted, visitor, kind,
    object, channel, attributes, fingerprint, occurred_at, recorded_at)
SELECT 'bench', id || '-' || n, id, false, '', (ARRAY['product_view', 'app_open'])[n], 'SK', 'app',
    '{}', '', %(at)s::timestamptz - (id * 13 %% 60) * interval '1 day', %(at)s
FROM members_member, generate_series(1, 2) n""",
    """
INSERT INTO loyalty_product (uid, sku, name_zh, name_en, category, brand, image_url, is_active,
    is_provisional)
SELECT gen_random_uuid(), 'bench-' || n, '', 'p', 'c' || n %% 20, '', '', true, false
FROM generate_series(1, 500) n""",
    """
INSERT INTO loyalty_orderline (order_id, number, line_id, product_id, quantity, unit_price_amount,
    discount_amount, net_amount, money_amount, eligible_amount, earned_points, refunded_quantity,
    refunded_amount, clawed_points)
SELECT o.id, 1, '1', (SELECT min(id) FROM loyalty_product WHERE sku LIKE 'bench-%%') + o.id %% 500,
    1, o.net_amount, 0, o.net_amount, o.net_amount, o.net_amount, 0, 0, 0, 0
FROM loyalty_order o""",
)
