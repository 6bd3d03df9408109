"""The night's work on benefits: capped ones are drawn, coupons of automatic ones given. Who has
what is asked at each use; nothing but these two waits for the night.

Source: docs/algorithms/benefits.md.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from loyalty.models import Benefit, Coupon
from loyalty.rules import benefit_periods, calendar
from loyalty.selectors import benefit_audiences
from loyalty.services import benefit_coupons, benefit_draws, programs
from loyalty.services import coupon_calls as calls

# Members in a transaction; each gets a few coupons.
CHUNK = 200


def renew(*, at: datetime) -> Iterator[int]:
    """Draws, then gives; yields how many members each step moved."""
    yield from benefit_draws.draw(at=at)
    yield from give_coupons(at=at)


def give_coupons(*, at: datetime) -> Iterator[int]:
    """The coupons of this period to all who have had fewer than their quota; yields how many
    coupons, chunk by chunk. A run that is stopped goes on with who is left; where a coupon type
    has no more, the rest waits for the next night."""
    live = Benefit.objects.filter(
        state=Benefit.State.LIVE,
        giving=Benefit.Giving.AUTOMATIC,
        coupon_type__isnull=False,
    )
    for benefit in live.select_related("coupon_type").order_by("pk"):
        if _is_open(benefit, at):
            yield from _give(benefit, at)


def _is_open(benefit: Benefit, at: datetime) -> bool:
    begun = benefit.valid_from is None or benefit.valid_from <= at
    return begun and (benefit.valid_until is None or at < benefit.valid_until)


def _give(benefit: Benefit, at: datetime) -> Iterator[int]:
    after = 0
    while True:
        with transaction.atomic():
            ids = _lacking(benefit, after, at)
            due = _locked(benefit, ids, at)
            given = _issue(benefit, due, at) if due else 0
        yield given
        if len(ids) < CHUNK or (due and not given):
            # None of them got any: the type has no more, for nobody.
            return
        after = ids[-1]


def _lacking(benefit: Benefit, after: int, at: datetime) -> list[int]:
    """The next members who had fewer coupons of the period than their quota."""
    day = calendar.local_day(at, programs.current().zone)
    start = benefit_periods.period_of(day, benefit.every).start
    values: dict[str, Any] = {"start": start, "after": after, "chunk": CHUNK}
    named = f"{_named(benefit)} AND a.member_id > %(after)s GROUP BY 1"
    with connection.cursor() as cursor:
        cursor.execute(
            _DUE % {"named": named}, {**benefit_audiences.params(benefit, day), **values}
        )
        return [row[0] for row in cursor.fetchall()]


def _locked(benefit: Benefit, ids: list[int], at: datetime) -> list[tuple[int, int]]:
    """Those of them whom the rules still name behind their locks, with their quota."""
    day = calendar.local_day(at, programs.current().zone)
    with connection.cursor() as cursor:
        # The member before the account, as everywhere.
        cursor.execute(_MEMBERS, [ids])
        cursor.execute(_ACCOUNTS, [ids])
        cursor.execute(
            f"{_named(benefit)} AND a.member_id = ANY(%(ids)s) GROUP BY 1 ORDER BY 1",
            {**benefit_audiences.params(benefit, day), "ids": ids},
        )
        return [row for row in cursor.fetchall() if row[1] is not None]


def _named(benefit: Benefit) -> str:
    # Only our own conditions are put in; values are parameters.
    return (
        f"SELECT a.member_id, {benefit_audiences.QUOTA} AS quota"
        f" {benefit_audiences.of_benefit(benefit)}"
    )


def _issue(benefit: Benefit, due: list[tuple[int, int]], at: datetime) -> int:
    """Coupons for all of them with one statement; refused ones are left for the next night."""
    start = benefit_periods.period_of(
        calendar.local_day(at, programs.current().zone), benefit.every
    ).start
    ids, quotas = [row[0] for row in due], [row[1] for row in due]
    with connection.cursor() as cursor:
        cursor.execute(_PERIODS, [benefit.pk, start, ids, quotas])
        had: dict[int, int] = dict(cursor.fetchall())
        asks = [
            _ask(benefit, member_id, start, number)
            for member_id, quota in due
            for number in range(had[member_id] + 1, quota + 1)
        ]
        cursor.execute(_ISSUE, [json.dumps(asks), at, calls.tells()])
        made = cursor.fetchall()
        cursor.execute(_COUNT, [[row[0] for row in made], benefit.pk, start])
    return len(made)


def _ask(benefit: Benefit, member_id: int, start: date, number: int) -> dict[str, object]:
    return {
        "type_id": benefit.coupon_type_id,
        "member_id": member_id,
        "key": benefit_coupons.key(benefit.pk, member_id, start.isoformat(), number),
        "origin": Coupon.Origin.BENEFIT,
        "how": "GRANT",
        "zone": calls.zone(),
        "codes": calls.fresh_codes(),
    }


_DUE = """
SELECT n.member_id FROM (%(named)s) n
LEFT JOIN loyalty_benefitperiod p ON p.member_id = n.member_id
    AND p.benefit_id = %%(benefit)s AND p.period_on = %%(start)s
WHERE n.quota > coalesce(p.given_count, 0)
ORDER BY n.member_id LIMIT %%(chunk)s
"""
_MEMBERS = "SELECT FROM members_member WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"
_ACCOUNTS = """
SELECT FROM loyalty_account WHERE member_id = ANY(%s) ORDER BY member_id FOR NO KEY UPDATE
"""
_PERIODS = """
INSERT INTO loyalty_benefitperiod AS p
    (benefit_id, member_id, period_on, allowed_count, used_count, given_count)
SELECT %s, n.member_id, %s, n.quota, 0, 0
FROM unnest(%s::bigint[], %s::int[]) AS n (member_id, quota) ORDER BY n.member_id
ON CONFLICT (member_id, benefit_id, period_on)
    DO UPDATE SET allowed_count = greatest(excluded.allowed_count, p.given_count, p.used_count)
RETURNING member_id, given_count
"""
# A repeat is one that an interrupted run has not counted.
_ISSUE = """
SELECT (n.ask->>'member_id')::bigint
FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS n (ask, number)
CROSS JOIN LATERAL loyalty_coupon_issue(n.ask, %s, %s::jsonb) AS answer
WHERE answer ? 'id'
"""
_COUNT = """
UPDATE loyalty_benefitperiod p SET given_count = p.given_count + m.made
FROM (SELECT i AS member_id, count(*)::int AS made FROM unnest(%s::bigint[]) i GROUP BY 1) m
WHERE p.member_id = m.member_id AND p.benefit_id = %s AND p.period_on = %s
"""
