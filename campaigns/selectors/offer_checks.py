"""Whether what is left of offers' budgets and counts agrees with their uses. All in SQL.

Every check is a query that gives the rows that are wrong; sound figures give none. As
`loyalty.selectors.ledger_checks` for points.
"""

from django.db import connection

from loyalty.selectors.ledger_checks import EXAMPLES, Finding

# What an offer's newest published version grants in all, and what orders and locks have of it.
# A total that was lowered below what was used already leaves nothing.
_OFFERS = """
WITH newest AS (
    SELECT DISTINCT ON (code) code, budget_amount, limit_count
    FROM campaigns_offer WHERE state <> 'DRAFT' ORDER BY code, version DESC
), used AS (
    SELECT code, sum(amount - returned_amount) AS amount,
           count(*) FILTER (WHERE state <> 'RETURNED') AS uses
    FROM campaigns_offeruse
    WHERE state IN ('RESERVED', 'COMMITTED', 'RETURNED') GROUP BY code
), pools AS (
    SELECT key, sum("left") AS has FROM loyalty_pool WHERE key LIKE 'offer:%' GROUP BY key
)
"""
_CHECKS = {
    "what is left of an offer's budget is the budget less its uses": """
        SELECT n.code, p.has, n.budget_amount - coalesce(u.amount, 0)
        FROM newest n
        JOIN pools p ON p.key = 'offer:' || n.code || ':amount'
        LEFT JOIN used u ON u.code = n.code
        WHERE n.budget_amount IS NOT NULL
          AND p.has <> greatest(0, n.budget_amount - coalesce(u.amount, 0))""",
    "what is left of an offer's orders is the limit less its uses": """
        SELECT n.code, p.has, n.limit_count - coalesce(u.uses, 0)
        FROM newest n
        JOIN pools p ON p.key = 'offer:' || n.code || ':count'
        LEFT JOIN used u ON u.code = n.code
        WHERE n.limit_count IS NOT NULL
          AND p.has <> greatest(0, n.limit_count - coalesce(u.uses, 0))""",
    "a holder's count of an offer is how often it was used": """
        SELECT coalesce(c.key, u.key) || ' ' || coalesce(c.holder, u.holder),
               coalesce(c.used, 0), coalesce(u.uses, 0)
        FROM (SELECT key, holder, used FROM loyalty_pooluse WHERE key LIKE 'offer:%') c
        FULL JOIN (
            SELECT k.key, u.holder, count(*) AS uses
            FROM campaigns_offeruse u
            JOIN campaigns_offer o ON o.id = u.offer_id,
                 LATERAL (VALUES ('offer:' || u.code),
                                 (CASE WHEN o.limit_member_day IS NOT NULL
                                       THEN campaigns_day_key(u.code, u.used_on) END)) k(key)
            WHERE u.state IN ('RESERVED', 'COMMITTED') AND u.holder <> '' AND k.key IS NOT NULL
            GROUP BY k.key, u.holder
        ) u ON u.key = c.key AND u.holder = c.holder
        WHERE coalesce(c.used, 0) <> coalesce(u.uses, 0)""",
    "only open locks reserve": """
        SELECT u.id, u.state, l.state
        FROM campaigns_offeruse u JOIN campaigns_quotelock l ON l.id = u.lock_id
        WHERE (u.state = 'RESERVED') <> (l.state = 'OPEN')""",
    "what a use took off is not less than what lay on its lines": """
        SELECT u.id, u.amount, x.amount
        FROM campaigns_offeruse u
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(v.value::bigint), 0) AS amount
            FROM jsonb_each_text(u.line_amounts) v
        ) x
        WHERE u.amount < x.amount""",
    "what came back whole came back exactly": """
        SELECT id, returned_amount, amount FROM campaigns_offeruse
        WHERE state = 'RETURNED' AND returned_amount <> amount""",
    "an order with uses of offers has its quote": """
        SELECT u.order_id, 0, 1 FROM campaigns_offeruse u
        LEFT JOIN campaigns_orderquote q USING (order_id)
        WHERE u.order_id IS NOT NULL AND q.id IS NULL""",
}


def findings() -> list[Finding]:
    """Every check that found something, in the order in which they are listed."""
    found = []
    with connection.cursor() as cursor:
        for check, query in _CHECKS.items():
            cursor.execute(
                f"{_OFFERS} SELECT *, count(*) OVER () FROM ({query}) x(a, b, c)"  # noqa: S608
                f" LIMIT {EXAMPLES}"
            )
            rows = cursor.fetchall()
            if rows:
                found.append(Finding(check, rows[0][-1], tuple(row[:-1] for row in rows)))
    return found


def checks() -> tuple[str, ...]:
    """What is checked, in words."""
    return tuple(_CHECKS)
