"""Past orders as they were judged, in chunks by member, for replays."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from loyalty.models import Tier, TierChange
from loyalty.rules import earning_facts
from loyalty.rules.earning_compile import Rulebook
from loyalty.rules.earning_facts import Buyer, Facts, Place
from members.models import Channel, Store

MOST_MEMBERS = 1_000


class PastLine(NamedTuple):
    """A line as conditions see it."""

    net_amount: int
    quantity: Decimal
    sku: str
    category: str
    brand: str


class PastOrder(NamedTuple):
    """An order of the past; `tier` "" where its trace doesn't say. Lists are by line, empty
    where no rule asks; the last three are of the member."""

    id: int
    member_id: int
    occurred_at: datetime
    store_id: int | None
    channel_id: int
    earned_points: int
    tier: str
    coefficient_percent: int
    eligible_amounts: list[int]
    net_amounts: list[int]
    quantities: list[Decimal]
    skus: list[str]
    categories: list[str]
    brands: list[str]
    order_number: int
    birthday_md: int | None
    birthday_counts_from_on: date | None
    tags: list[str]


@dataclass
class Shelf:
    """Shops and channels by id, and tiers over time."""

    stores: dict[int, tuple[str, str, ZoneInfo | None]]
    channels: dict[int, str]
    percents: dict[str, int]
    first_tier: str
    _changes: dict[int, list[tuple[datetime, str]]] = field(default_factory=dict)

    def tier_at(self, member_id: int, at: datetime) -> tuple[str, int]:
        """The tier that a member held, by the record of changes, and its coefficient."""
        changes = self._changes.get(member_id)
        if changes is None:
            rows = TierChange.objects.filter(member_id=member_id).order_by("occurred_at", "id")
            changes = list(rows.values_list("occurred_at", "to_tier__code"))
            # One member at a time is replayed.
            self._changes = {member_id: changes}
        place = bisect_right(changes, at, key=lambda change: change[0])
        code = changes[place - 1][1] if place else self.first_tier
        return code, self.percents.get(code, 100)


def shelf() -> Shelf:
    """Read once per replay."""
    tiers = list(
        Tier.objects.filter(program__is_current=True)
        .order_by("rank")
        .values_list("code", "coefficient_percent")
    )
    return Shelf(
        stores={
            pk: (code, city, ZoneInfo(zone) if zone else None)
            for pk, code, city, zone in Store.objects.values_list("pk", "code", "city", "time_zone")
        },
        channels=dict(Channel.objects.values_list("pk", "code")),
        percents=dict(tiers),
        first_tier=tiers[0][0] if tiers else "",
    )


def members_after(member_id: int, from_on: date, until_on: date, orders: int) -> list[int]:
    """The next members with orders in the period: as many as have about so many orders."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT member_id, count(*) FROM loyalty_order"
            " WHERE member_id > %s AND business_date >= %s AND business_date < %s"
            " GROUP BY member_id ORDER BY member_id LIMIT %s",
            [member_id, from_on, until_on, MOST_MEMBERS],
        )
        found: list[int] = []
        for one, count in cursor.fetchall():
            if found and orders < count:
                break
            found.append(one)
            orders -= count
        return found


def read(
    members: Sequence[int], from_on: date, until_on: date, book: Rulebook
) -> Iterator[PastOrder]:
    """Their orders, as they were recorded. Only what a rule may ask for is read."""
    fields = frozenset().union(*(rule.fields for rule in book.rules))
    is_plain = all(rule.is_plain for rule in book.rules)
    with connection.cursor() as cursor:
        cursor.execute(
            _sql(fields, is_plain=is_plain),
            {"members": list(members), "from_on": from_on, "until_on": until_on},
        )
        while rows := cursor.fetchmany(500):
            yield from map(PastOrder._make, rows)


def facts(order: PastOrder, shelf: Shelf, zone: ZoneInfo, tier: str, percent: int) -> Facts:
    """What the rules' conditions see of it."""
    code, city, own_zone = shelf.stores.get(order.store_id or 0, ("", "", None))
    size = len(order.eligible_amounts)
    return Facts(
        lines=[
            PastLine(*values)
            for values in zip(
                order.net_amounts or order.eligible_amounts,
                order.quantities or [Decimal(1)] * size,
                order.skus or [""] * size,
                order.categories or [""] * size,
                order.brands or [""] * size,
                strict=True,
            )
        ],
        eligible_amounts=order.eligible_amounts,
        buyer=Buyer(
            tier,
            percent,
            order.order_number,
            frozenset(order.tags),
            order.birthday_md,
            order.birthday_counts_from_on,
        ),
        place=Place(
            own_zone or zone, order.store_id, code, city, shelf.channels.get(order.channel_id, "")
        ),
        occurred_at=order.occurred_at,
        program_zone=zone,
    )


_LINES = """
SELECT array_agg(l.eligible_amount ORDER BY l.number) AS eligible, {more}
FROM loyalty_orderline l {products} WHERE l.order_id = o.id
"""


def _sql(fields: frozenset[str], *, is_plain: bool) -> str:
    """Columns that nobody asks for are constants. Only our own names are put in."""
    needs_kinds = bool(fields & earning_facts.LINE_FIELDS)
    number = "0"
    if fields & {"member.order_number", "member.is_first_order"}:
        number = (
            "(SELECT count(*) + 1 FROM loyalty_order b"
            " WHERE b.member_id = o.member_id AND b.id < o.id)"
        )
    needs_member = earning_facts.needs_member(fields)
    tags = "'{}'::text[]"
    if "member.tags" in fields:
        # Those that were given by then; that one was taken off since isn't known.
        tags = (
            "ARRAY(SELECT t.code FROM members_membertag mt JOIN members_tag t ON t.id = mt.tag_id"
            " WHERE mt.member_id = o.member_id AND mt.created_at <= o.occurred_at)"
        )
    lines = _LINES.format(
        more=_line_columns(is_plain=is_plain, needs_kinds=needs_kinds),
        products="JOIN loyalty_product p ON p.id = l.product_id" if needs_kinds else "",
    )
    member = "m.birthday_md, m.birthday_counts_from_on" if needs_member else "NULL, NULL"
    join = "JOIN members_member m ON m.id = o.member_id" if needs_member else ""
    return f"""
    SELECT o.id, o.member_id, o.occurred_at, o.store_id, o.channel_id, o.earned_points,
           coalesce(o.trace->>'tier', ''), coalesce((o.trace->>'coefficient_percent')::int, 100),
           x.*, {number}, {member}, {tags}
    FROM loyalty_order o {join}
    CROSS JOIN LATERAL ({lines}) x
    WHERE o.member_id = ANY(%(members)s)
      AND o.business_date >= %(from_on)s AND o.business_date < %(until_on)s
    ORDER BY o.member_id, o.id
    """  # noqa: S608


def _line_columns(*, is_plain: bool, needs_kinds: bool) -> str:
    columns: list[Any] = []
    for name, column, wanted, kind in (
        ("net", "l.net_amount", not is_plain, "bigint"),
        ("quantity", "l.quantity", not is_plain, "numeric"),
        ("sku", "p.sku", needs_kinds, "text"),
        ("category", "p.category", needs_kinds, "text"),
        ("brand", "p.brand", needs_kinds, "text"),
    ):
        values = f"array_agg({column} ORDER BY l.number)" if wanted else f"'{{}}'::{kind}[]"
        columns.append(f"{values} AS {name}")
    return ", ".join(columns)
