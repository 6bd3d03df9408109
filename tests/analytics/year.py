"""Orders by the thousand, written as rows: the Complete Journey, or an invented crowd.

The path through the doors has its own tests (tests/demo); here the same year is told in many ways.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from analytics.services import fact_rebuilds
from config.demo import journey
from loyalty.models import Product
from members.models import Member, Store

YEAR_ENDS_ON = date(2017, 12, 31)
_JOINED_AT = datetime(2016, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Sale:
    """One basket: who, where, when, what of it was refunded, and its lines as (product, cents)."""

    number: str
    person: int
    store: int
    day: date
    net: int
    refunded: int
    lines: tuple[tuple[int, int], ...]


def complete_journey() -> list[Sale]:
    """The whole year: 155,848 baskets by the clock on the shop's wall."""
    year = journey.read()
    zone = ZoneInfo(journey.SHOP_ZONE)
    columns = zip(
        year.basket.tolist(),
        year.household.tolist(),
        year.store.tolist(),
        year.seconds.tolist(),
        year.product.tolist(),
        year.net.tolist(),
        strict=True,
    )
    sales: dict[int, Sale] = {}
    for basket, household, store, seconds, product, net in columns:
        known = sales.get(basket)
        if known is None:
            day = datetime.fromtimestamp(seconds, zone).date()
            sales[basket] = Sale(str(basket), household, store, day, net, 0, ((product, net),))
        else:
            sales[basket] = replace(
                known, net=known.net + net, lines=(*known.lines, (product, net))
            )
    return list(sales.values())


def crowd(*, people: int, orders: int, ends_on: date) -> list[Sale]:
    """Invented: busy and rare buyers over two years, some orders worth nothing, some refunded."""
    dice = random.Random(6)
    sales = []
    for number in range(orders):
        person = int(people * dice.random() ** 2)
        net = 0 if dice.random() < 0.03 else dice.randrange(1, 400_000)
        refunded = dice.choice([0] * 8 + [net, net // 2])
        day = ends_on - timedelta(days=int(730 * dice.random() ** 1.5))
        sales.append(Sale(f"c{number}", person, dice.randrange(3), day, net, refunded, ((1, net),)))
    return sales


def told(
    sales: Sequence[Sale], *, days: int = 0, times: int = 1, shuffled: bool = False
) -> list[Sale]:
    """The same sales so many days later, for so many times the money, in another order."""
    found = [
        replace(
            sale,
            day=sale.day + timedelta(days=days),
            net=sale.net * times,
            refunded=sale.refunded * times,
            lines=tuple((product, net * times) for product, net in sale.lines),
        )
        for sale in sales
    ]
    if shuffled:
        random.Random(7).shuffle(found)
    return found


def write(sales: Sequence[Sale]) -> None:
    """Into an empty shop, in this order, which members' ids follow; roll-ups are computed."""
    people = list(dict.fromkeys(sale.person for sale in sales))
    Member.objects.bulk_create(
        Member(card_number=f"y{person}", joined_at=_JOINED_AT) for person in people
    )
    stores = sorted({sale.store for sale in sales})
    Store.objects.bulk_create(
        Store(code=f"y{store}", name_zh=str(store), name_en=str(store)) for store in stores
    )
    with connection.cursor() as cursor:
        cursor.execute(_SALES)
        with cursor.copy(
            "COPY year_sales (number, person, store, day, net, refunded) FROM STDIN"
        ) as copy:
            for sale in sales:
                copy.write_row(
                    (sale.number, sale.person, sale.store, sale.day, sale.net, sale.refunded)
                )
        cursor.execute(_ORDERS)
        cursor.execute("ANALYZE loyalty_order")
    list(fact_rebuilds.rebuild())
    _analyze()


def write_lines(sales: Sequence[Sale]) -> None:
    """The lines of orders that are there."""
    skus = sorted({product for sale in sales for product, _net in sale.lines})
    Product.objects.bulk_create(
        Product(sku=f"y{sku}", name_zh=str(sku), name_en=str(sku)) for sku in skus
    )
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE year_lines (number text, line int, sku int, net bigint)")
        with cursor.copy("COPY year_lines FROM STDIN") as copy:
            for sale in sales:
                for line, (product, net) in enumerate(sale.lines, 1):
                    copy.write_row((sale.number, line, product, net))
        cursor.execute(_LINES)


def _analyze() -> None:
    """As the server does by itself between transactions; a test is one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE members_member, analytics_memberday, analytics_purchaseday,"
            " analytics_membermonth, analytics_membermetrics, analytics_kpiday"
        )


def times_three() -> None:
    """All orders cost three times as much from now on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE loyalty_order SET net_amount = 3 * net_amount, gross_amount = 3 * gross_amount,"
            " money_amount = 3 * money_amount, refunded_amount = 3 * refunded_amount"
        )
    list(fact_rebuilds.rebuild())


_SALES = """
CREATE TEMP TABLE year_sales (id int GENERATED ALWAYS AS IDENTITY, number text, person int,
    store int, day date, net bigint, refunded bigint)
"""
_COPY = "COPY year_sales (number, person, store, day, net, refunded) FROM STDIN"
_ORDERS = """
INSERT INTO loyalty_order (uid, source, external_id, fingerprint, cashier, guide, occurred_at,
    recorded_at, business_date, currency, gross_amount, discount_amount, net_amount,
    shipping_amount, rounding_amount, money_amount, points_amount, other_amount, eligible_amount,
    payments, earned_points, spent_points, refunded_amount, refunded_money_amount,
    refunded_shipping_amount, restored_points, trace, answer, metadata, channel_id, member_id,
    store_id, qualifying_points, returned_qualifying_points)
SELECT uuidv7(), 'year', y.number, '', '', '', y.day + time '12:00' AT TIME ZONE 'UTC',
    y.day + time '12:00' AT TIME ZONE 'UTC', y.day, 'CNY', y.net, 0, y.net, 0, 0, y.net, 0, 0,
    0, '[]', 0, 0, y.refunded, 0, 0, 0, '{}', '{}', '{}',
    (SELECT min(id) FROM members_channel), m.id, s.id, 0, 0
FROM year_sales y JOIN members_member m ON m.card_number = 'y' || y.person
JOIN members_store s ON s.code = 'y' || y.store
ORDER BY y.id
"""
_LINES = """
INSERT INTO loyalty_orderline (number, line_id, quantity, unit_price_amount, discount_amount,
    net_amount, money_amount, eligible_amount, earned_points, refunded_quantity, refunded_amount,
    clawed_points, order_id, product_id)
SELECT y.line, y.line, 1, y.net, 0, y.net, y.net, 0, 0, 0, 0, 0, o.id, p.id
FROM year_lines y JOIN loyalty_order o ON o.external_id = y.number
JOIN loyalty_product p ON p.sku = 'y' || y.sku
"""
