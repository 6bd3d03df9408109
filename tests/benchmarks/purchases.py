"""A shop of years: members who joined over two years, and their orders as rows, made by the
database itself, load first, index after. From these orders the product's own services make the
roll-ups, which is what is measured here.

Who buys how often is skewed (exponential); a twentieth of the orders is nobody's, a twentieth came
back in part and a hundredth whole. Every number follows from the ids, so two runs give one shop.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from loyalty.services import programs
from members.models import Channel, Store
from tests.benchmarks import population

_TABLES = ("members_member", "loyalty_account", "loyalty_order")
_STORES, _DAYS = 50, 730
_CHANNELS = ("pos", "mini", "app")


@dataclass(frozen=True)
class Filled:
    """The first id of the members, and how many orders there are."""

    first_id: int
    orders: int


def fill(members: int, *, orders: int, at: datetime) -> Filled:
    """Adds the members and about so many orders of the `_DAYS` until `at`. No roll-up is made;
    the caller set the programme up, and runs `fact_rebuilds.rebuild()`."""
    with population.owner() as cursor, population.without_indexes(cursor, _TABLES):
        cursor.execute("SET work_mem = '512MB'")
        cursor.execute("SELECT coalesce(max(id), 0) FROM members_member")
        base = cursor.fetchone()[0]
        values = _values(base=base, members=members, orders=orders, at=at)
        for statement in (_MEMBERS, _ACCOUNTS, _ORDERS.format(who=_WHO), _NOBODYS):
            cursor.execute(statement, values)
        for table in ("members_member", "loyalty_order"):
            cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
        cursor.execute("SELECT count(*) FROM loyalty_order")
        return Filled(int(base) + 1, cursor.fetchone()[0])


def one_day(filled: Filled, *, members: int, orders: int, at: datetime) -> list[int]:
    """One more day of orders, by members all over; gives their ids, which nobody has heard of."""
    values = _values(base=filled.first_id - 1, members=members, orders=orders, at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM loyalty_order")
        last = cursor.fetchone()[0]
        cursor.execute(_ORDERS.format(who=_WHO_TODAY), values | {"last": last})
        cursor.execute("SELECT id FROM loyalty_order WHERE id > %s", [last])
        return [row[0] for row in cursor.fetchall()]


def _values(*, base: int, members: int, orders: int, at: datetime) -> dict[str, Any]:
    terms = programs.current()
    return {
        "base": base, "members": members, "orders": orders, "at": at, "days": _DAYS,
        "stores": _stores(), "channels": _channels(), "currency": terms.currency,
        "today": at.astimezone(terms.zone).date(), "zone": terms.time_zone, "last": 0,
        "began": (at - timedelta(days=_DAYS)).astimezone(terms.zone).date(),
        "tiers": [level.id for level in terms.levels],
    }  # fmt: skip


def _stores() -> list[int]:
    for number in range(_STORES):
        names = {"name_zh": f"门店{number}", "name_en": f"Store {number}", "city": "上海"}
        Store.objects.get_or_create(code=f"BENCH{number:02}", defaults=names)
    found = Store.objects.filter(code__startswith="BENCH").order_by("pk")
    return list(found.values_list("pk", flat=True))


def _channels() -> list[int]:
    for code in _CHANNELS:
        Channel.objects.get_or_create(code=code, defaults={"name_zh": code, "name_en": code})
    found = Channel.objects.filter(code__in=_CHANNELS).order_by("pk")
    return list(found.values_list("pk", flat=True))


# A number below `most`, from an id and a salt.
def _dice(what: str, salt: int, most: str) -> str:
    return f"((hashint8extended({what}, {salt}) & 9007199254740991) %% ({most}))::int"


_MEMBERS = f"""
INSERT INTO members_member (id, uid, card_number, state, name, gender, language, joined_at,
    placement, guide, campaign_code, metadata, version, is_profiled, channel_id, store_id)
SELECT m, uuidv7(), 'B' || m, 'ACTIVE', ''::bytea, '', '',
    %(at)s::timestamptz - {_dice("m", 1, "%(days)s")} * interval '1 day',
    (ARRAY['', 'poster', 'counter'])[1 + m %% 3], '', '', '{{}}', 1, true,
    (%(channels)s::bigint[])[1 + {_dice("m", 2, "3")}],
    (%(stores)s::bigint[])[1 + {_dice("m", 3, "50")}]
FROM generate_series(%(base)s + 1, %(base)s + %(members)s) m
"""
_ACCOUNTS = """
INSERT INTO loyalty_account (member_id, pending_points, active_points, held_points, debt_points,
    earned_points, redeemed_points, expired_points, tier_id, tier_since_at, window_spend_amount,
    window_orders_count, window_qualifying_points, orders_count, version, joined_on)
SELECT id, 0, 0, 0, 0, 0, 0, 0, (%(tiers)s::bigint[])[1 + least(id %% 10 / 4,
        cardinality(%(tiers)s::bigint[]) - 1)], joined_at, 0, 0, 0, 0, 0, joined_at::date
FROM members_member WHERE id > %(base)s
"""
# Each member's number of orders, spread from the day they joined.
_WHO = f"""
    SELECT m.id AS member_id, m.store_id AS home_id, m.id * 100000 + k AS seed,
        m.joined + {_dice("m.id * 100000 + k", 5, "%(today)s::date - m.joined + 1")} AS day
    FROM (
        SELECT id, store_id, (joined_at AT TIME ZONE %(zone)s)::date AS joined,
            floor(-ln(({_dice("id", 4, "1000000")} + 1) / 1000001.0)
                  * %(orders)s * 0.95 / %(members)s + 0.5)::int AS many
        FROM members_member WHERE id > %(base)s AND id <= %(base)s + %(members)s
    ) m CROSS JOIN LATERAL generate_series(1, m.many) k
"""
_WHO_TODAY = f"""
    SELECT m.id AS member_id, m.store_id AS home_id, m.seed, %(today)s::date AS day
    FROM (
        SELECT %(base)s + 1 + {_dice("k", 6, "%(members)s")} AS id, %(last)s + k AS seed
        FROM generate_series(1, %(orders)s) k
    ) dice JOIN members_member USING (id) CROSS JOIN LATERAL (
        SELECT dice.id, dice.seed, members_member.store_id) m
"""
_INSERT = """
INSERT INTO loyalty_order (uid, source, external_id, fingerprint, cashier, guide, occurred_at,
    recorded_at, business_date, currency, gross_amount, discount_amount, net_amount,
    shipping_amount, rounding_amount, money_amount, points_amount, other_amount, eligible_amount,
    payments, earned_points, spent_points, refunded_amount, refunded_money_amount,
    refunded_shipping_amount, restored_points, trace, answer, metadata, channel_id, member_id,
    store_id, qualifying_points, returned_qualifying_points)
"""
_ORDERS = (
    _INSERT
    + f"""
SELECT uuidv7(), 'bench', 's' || seed || '-' || %(last)s, ''::bytea, '', '', paid_at, paid_at, day,
    %(currency)s, net, 0, net, 0, 0, net, 0, 0, net, '[]', net / 100, 0, back, back, 0, 0,
    '{{{{}}}}', '{{{{}}}}', '{{{{}}}}', (%(channels)s::bigint[])[CASE WHEN dice < 70 THEN 1
        WHEN dice < 90 THEN 2 ELSE 3 END], member_id,
    CASE WHEN dice %% 5 = 0 THEN (%(stores)s::bigint[])[1 + {_dice("seed", 7, "50")}]
         ELSE home_id END, 0, 0
FROM (
    SELECT *, day::timestamp AT TIME ZONE %(zone)s
            + interval '9 hours' + {_dice("seed", 8, "40000")} * interval '1 second' AS paid_at,
        CASE WHEN {_dice("seed", 9, "100")} = 0 THEN net
             WHEN {_dice("seed", 9, "100")} < 6 THEN net / 3 ELSE 0 END AS back
    FROM (
        SELECT *, 500 + {_dice("seed", 10, "20000")} AS net,
            {_dice("seed", 11, "100")} AS dice
        FROM ({{who}}) who
    ) priced
) made ORDER BY day
"""
)
_NOBODYS = _ORDERS.format(
    who=f"""
    SELECT NULL::bigint AS member_id, (%(stores)s::bigint[])[1 + {_dice("k", 12, "50")}] AS home_id,
        -k::bigint AS seed, %(began)s::date + {_dice("k", 13, "%(days)s")} AS day
    FROM generate_series(1, %(orders)s / 20) k
"""
)
