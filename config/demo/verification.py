"""Whether the year arrived: totals asked of our own tables, beside what they must be."""

from dataclasses import dataclass

from django.db import connection, transaction

# Counted on the files themselves, with the shop's clock and cents rounded per line.
EXPECTED = {
    "lines": 1_469_307,
    "baskets": 155_848,
    "paid orders": 155_370,
    "members": 2_469,
    "stores": 457,
    "products sold": 68_509,
    "sales": 459_603_958,
    "trading days": 364,
    "purchase days": 127_320,
}

_ORDERS = """
SELECT count(*), count(*) FILTER (WHERE net_amount > 0), count(DISTINCT member_id),
       count(DISTINCT store_id), coalesce(sum(net_amount), 0), count(DISTINCT business_date),
       count(DISTINCT (member_id, business_date)) FILTER (WHERE net_amount > 0)
  FROM loyalty_order WHERE source = %s
"""
_LINES = """
SELECT count(*), count(DISTINCT l.product_id), coalesce(sum(l.net_amount), 0)
  FROM loyalty_orderline l JOIN loyalty_order o ON o.id = l.order_id WHERE o.source = %s
"""
# The rule, written a second time: floor(money on the lines × points × the coefficient of the
# tier that the member's earlier orders had reached). Nothing of it reads what posting computed.
_RULE = """
WITH orders AS (
    SELECT o.member_id, o.occurred_at, o.external_id, o.earned_points, l.money
      FROM loyalty_order o
      JOIN (SELECT order_id, sum(net_amount) AS money FROM loyalty_orderline GROUP BY order_id) l
        ON l.order_id = o.id
     WHERE o.source = %s
), before AS (
    SELECT earned_points, money,
           coalesce(sum(money) OVER earlier, 0) AS spend,
           count(*) FILTER (WHERE money > 0) OVER earlier AS orders
      FROM orders
    WINDOW earlier AS (
        PARTITION BY member_id ORDER BY occurred_at, external_id::numeric
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
), program AS (
    SELECT p.id, r.points, r.per_amount
      FROM loyalty_program p JOIN loyalty_earningrule r ON r.program_id = p.id
     WHERE p.is_current AND r.state = 'PUBLISHED'
), judged AS (
    SELECT b.earned_points, floor(
             b.money::numeric * program.points / program.per_amount
             * (SELECT t.coefficient_percent FROM loyalty_tier t
                 WHERE t.program_id = program.id
                   AND t.spend_amount <= b.spend AND t.orders_count <= b.orders
                 ORDER BY t.rank DESC LIMIT 1) / 100
           )::bigint AS points
      FROM before b CROSS JOIN program
)
SELECT coalesce(sum(points), 0), coalesce(sum(earned_points), 0),
       count(*) FILTER (WHERE points <> earned_points)
  FROM judged
"""
_ENTRIES = """
SELECT coalesce(sum(e.points), 0) FROM loyalty_ledgerentry e
  JOIN loyalty_order o ON e.source_type = 'ORDER' AND e.source_id = o.id
 WHERE e.kind = 'EARN' AND o.source = %s
"""


@dataclass(frozen=True)
class Check:
    """One figure of our tables beside what it must be; `expected` None: nothing to compare."""

    name: str
    found: int
    expected: int | None

    @property
    def holds(self) -> bool:
        return self.expected is None or self.found == self.expected


def checks(*, source: str, is_whole: bool) -> list[Check]:
    """The totals, compared when the `whole` year was loaded, and the points, compared always."""
    baskets, paid, members, stores, sales, days, purchase_days = row(_ORDERS, source)
    lines, products, line_sales = row(_LINES, source)
    found = {
        "lines": lines,
        "baskets": baskets,
        "paid orders": paid,
        "members": members,
        "stores": stores,
        "products sold": products,
        "sales": sales,
        "trading days": days,
        "purchase days": purchase_days,
    }
    totals = [Check(name, found[name], EXPECTED[name] if is_whole else None) for name in found]
    return [*totals, Check("sales, by lines", line_sales, sales), *_points(source)]


def _points(source: str) -> list[Check]:
    by_rule, on_orders, differing = row(_RULE, source)
    (in_ledger,) = row(_ENTRIES, source)
    return [
        Check("points on orders, by the rule", on_orders, by_rule),
        Check("points in the ledger", in_ledger, by_rule),
        Check("orders whose points differ", differing, 0),
    ]


def table(found: list[Check]) -> str:
    """The checks as lines to read: name, found, expected, verdict."""
    lines = [f"  {'':<31}{'found':>15}{'expected':>15}"]
    for check in found:
        expected = "–" if check.expected is None else f"{check.expected:,}"
        verdict = "" if check.expected is None else "  ok" if check.holds else "  WRONG"
        lines.append(f"  {check.name:<31}{check.found:>15,}{expected:>15}{verdict}")
    return "\n".join(lines)


def row(query: str, source: str) -> tuple[int, ...]:
    """The one row of a query that asks for `source`."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Right after a load the tables' statistics are those of empty ones, and a plan made
        # for ten rows takes hours on a million.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(query, [source])
        found = cursor.fetchone()
    assert found is not None
    return tuple(int(value) for value in found)
