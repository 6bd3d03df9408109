"""Reminders: a month before something ends, and what is left at each month's start. Each member
hears of each once; a night that was missed is caught up by the next one, once.

Source: docs/algorithms/benefits.md, "Reminders".
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from loyalty.events import BenefitEnding, BenefitLeft
from loyalty.models import Benefit, BenefitNotice, Program
from loyalty.rules import benefit_periods, calendar
from loyalty.selectors import benefit_audiences
from loyalty.services import programs
from members.registry import subscriptions
from members.services import bell

CHUNK = 5_000
# Of nobody: that everybody has heard of what is left at this month's start.
_ALL_TOLD = {"member_id": 0, "about": BenefitNotice.About.LEFT, "ref": "all"}


def remind(*, at: datetime) -> Iterator[int]:
    """Tells what ends soon and, once a month, what is left; yields how many were told."""
    months = _months()
    if months:
        yield from tell_ending(at=at, months=months)
    yield from tell_left(at=at)


def tell_ending(*, at: datetime, months: int = 1) -> Iterator[int]:
    """Grants and claims that end, and terms of tiers with benefits, within so many months."""
    zone = programs.current().zone
    day = calendar.add_months(calendar.local_day(at, zone), months)
    values = {
        "at": at,
        "until": calendar.start_of_day(day + timedelta(days=1), zone),
        "zone": zone.key,
        "months": months,
        "chunk": CHUNK,
        **_tells(BenefitEnding.type),
    }
    for statement in (_GRANTS_END, _TIERS_END):
        told = CHUNK
        while told == CHUNK:
            told = _run(statement, values)
            yield told


def tell_left(*, at: datetime) -> Iterator[int]:
    """What is left of limited benefits, to each member who has some; the first night of a month,
    or the next one after it was missed."""
    today = calendar.local_day(at, programs.current().zone)
    month = today.replace(day=1)
    if BenefitNotice.objects.filter(**_ALL_TOLD, day_on=month).exists():
        return
    values = _left_values(at, today, month)
    after = 0
    while (last := _last_of_chunk(after)) is not None:
        yield _run(_LEFT, {**values, "after": after, "last": last})
        after = last
    BenefitNotice.objects.get_or_create(**_ALL_TOLD, day_on=month, defaults={"recorded_at": at})


def _months() -> int:
    told = Program.objects.filter(is_current=True).values_list("benefit_notice_months", flat=True)
    return int(told.first() or 0)


def _left_values(at: datetime, today: date, month: date) -> dict[str, Any]:
    live = list(
        Benefit.objects.filter(state=Benefit.State.LIVE, coupon_type__isnull=True).order_by("pk")
    )
    return {
        "at": at,
        "day": today,
        "month": today.month,
        "first": month,
        "ids": [one.pk for one in live],
        "starts": [benefit_periods.period_of(today, one.every).start for one in live],
        **_tells(BenefitLeft.type),
    }


def _last_of_chunk(after: int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(_CHUNK_ENDS, [after, CHUNK])
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def _run(statement: str, values: dict[str, Any]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        told: int = cursor.fetchone()[0]
        if told and values["hear"] != "[]":
            bell.ring_on_commit()
    return told


def _tells(event_type: str) -> dict[str, str]:
    """The type of an event, and who hears of it."""
    return {
        "type": event_type,
        "hear": json.dumps(list(subscriptions.subscribers_of(event_type))),
    }


_CHUNK_ENDS = """
SELECT max(member_id) FROM (
    SELECT member_id FROM loyalty_account WHERE member_id > %s ORDER BY member_id LIMIT %s) a
"""

# `news` has member, ref, day and payload; who has heard of it is told nothing.
_TELL = """
notices AS (
    INSERT INTO loyalty_benefitnotice (member_id, about, ref, day_on, recorded_at)
    SELECT n.member_id, {about}, n.ref, n.day_on, %(at)s FROM news n ORDER BY 1, 3, 4
    ON CONFLICT (member_id, about, ref, day_on) DO NOTHING
    RETURNING member_id, ref, day_on
), events AS (
    INSERT INTO members_event (uid, type, member_id, occurred_at, recorded_at, payload, source)
    SELECT uuidv7(), %(type)s, n.member_id, %(at)s, %(at)s, w.payload, ''
    FROM notices n JOIN news w USING (member_id, ref, day_on)
    RETURNING id
), dispatches AS (
    INSERT INTO members_dispatch (event_id, subscriber, state, attempts, next_at, last_error)
    SELECT e.id, s.subscriber, 'PENDING', 0, %(at)s, ''
    FROM events e CROSS JOIN LATERAL jsonb_array_elements_text(%(hear)s::jsonb) s (subscriber)
)
SELECT count(*) FROM notices
"""
_LAST_ON = "(({ends} - interval '1 microsecond') AT TIME ZONE %(zone)s)::date"
_PAYLOAD = "jsonb_build_object('about', {about}, 'benefits', {codes}, 'last_on', {last_on})"

# Only our own texts are put in; values are parameters.

# A claim for a month would be told of the night after it was made: only those that live longer.
_GRANTS_END = (
    """
WITH due AS (
    SELECT g.id, g.member_id, CASE g.origin WHEN 'CLAIM' THEN 'CLAIM' ELSE 'GRANT' END AS what,
           b.code, """  # noqa: S608
    + _LAST_ON.format(ends="g.valid_until")
    + """ AS day_on
    FROM loyalty_benefitgrant g
    JOIN loyalty_benefit b ON b.id = g.benefit_id
    JOIN members_member m ON m.id = g.member_id AND m.state = 'ACTIVE'
    WHERE g.ended_at IS NULL AND g.valid_until > %(at)s AND g.valid_until <= %(until)s
      AND (g.quota IS NULL OR g.used_count < g.quota)
      AND (g.origin <> 'CLAIM' OR b.state = 'LIVE'
           AND g.valid_from <= g.valid_until - %(months)s * interval '1 month')
), news AS (
    SELECT d.member_id, 'grant:' || d.id AS ref, d.day_on, """
    + _PAYLOAD.format(about="d.what", codes="jsonb_build_array(d.code)", last_on="d.day_on")
    + """ AS payload
    FROM due d
    WHERE NOT EXISTS (
        SELECT FROM loyalty_benefitnotice n
        WHERE n.member_id = d.member_id AND n.about = 'ENDS' AND n.ref = 'grant:' || d.id
          AND n.day_on = d.day_on)
    ORDER BY d.id LIMIT %(chunk)s
), """
    + _TELL.format(about="'ENDS'")
)

# As `tier_standings.until`: in grace, until the grace is over.
_TIER_ENDS = (
    "CASE WHEN a.tier_earned_id IS NULL AND a.tier_grace_until_at IS NOT NULL"
    " THEN a.tier_grace_until_at ELSE a.tier_until_at END"
)
_TIERS_END = (
    """
WITH bears AS (
    SELECT r.tier_id, jsonb_agg(DISTINCT b.code) AS codes
    FROM loyalty_benefitrule r JOIN loyalty_benefit b ON b.id = r.benefit_id AND b.state = 'LIVE'
    WHERE r.tier_id IS NOT NULL GROUP BY 1
), due AS (
    SELECT a.member_id, a.tier_id, b.codes, """  # noqa: S608
    + _LAST_ON.format(ends=_TIER_ENDS)
    + """ AS day_on
    FROM loyalty_account a
    JOIN bears b ON b.tier_id = a.tier_id
    JOIN members_member m ON m.id = a.member_id AND m.state = 'ACTIVE'
    WHERE """
    + f"{_TIER_ENDS} > %(at)s AND {_TIER_ENDS} <= %(until)s"
    + """
), news AS (
    SELECT d.member_id, 'tier:' || d.tier_id AS ref, d.day_on, """
    + _PAYLOAD.format(about="'TIER'::text", codes="d.codes", last_on="d.day_on")
    + """ AS payload
    FROM due d
    WHERE NOT EXISTS (
        SELECT FROM loyalty_benefitnotice n
        WHERE n.member_id = d.member_id AND n.about = 'ENDS' AND n.ref = 'tier:' || d.tier_id
          AND n.day_on = d.day_on)
    ORDER BY d.member_id LIMIT %(chunk)s
), """
    + _TELL.format(about="'ENDS'")
)

# The period's own quota less what is used of it, and what is left of open grants.
_LEFT = (
    """
WITH live AS (
    SELECT b.*, s.start_on FROM unnest(%(ids)s::bigint[], %(starts)s::date[]) s (id, start_on)
    JOIN loyalty_benefit b ON b.id = s.id
    WHERE (b.valid_from IS NULL OR b.valid_from <= %(at)s)
      AND (b.valid_until IS NULL OR b.valid_until > %(at)s)
), own AS (
    SELECT a.member_id, b.id AS benefit_id, b.start_on, b.code, """  # noqa: S608
    + benefit_audiences.QUOTA
    + """ AS quota
    FROM loyalty_account a
    JOIN members_member m ON m.id = a.member_id AND m.state = 'ACTIVE'
    CROSS JOIN live b
    JOIN loyalty_benefitrule r ON r.benefit_id = b.id AND """
    + benefit_audiences.NAMED
    + """
    WHERE a.member_id > %(after)s AND a.member_id <= %(last)s
      AND (NOT b.in_birthday_month OR """
    + benefit_audiences.BIRTHDAY
    + """)
      AND (b.cap_percent IS NULL AND b.cap_count IS NULL OR EXISTS (
          SELECT FROM loyalty_benefitholder h
          WHERE h.member_id = a.member_id AND h.benefit_id = b.id))
    GROUP BY 1, 2, 3, 4
), rest AS (
    SELECT o.member_id, o.code, greatest(0, o.quota - coalesce(p.used_count, 0)) AS rest
    FROM own o
    LEFT JOIN loyalty_benefitperiod p ON p.member_id = o.member_id
        AND p.benefit_id = o.benefit_id AND p.period_on = o.start_on
    UNION ALL
    SELECT g.member_id, b.code, g.quota - g.used_count
    FROM loyalty_benefitgrant g
    JOIN loyalty_benefit b ON b.id = g.benefit_id AND b.coupon_type_id IS NULL
    JOIN members_member m ON m.id = g.member_id AND m.state = 'ACTIVE'
    WHERE g.member_id > %(after)s AND g.member_id <= %(last)s AND g.origin <> 'CLAIM'
      AND g.ended_at IS NULL AND g.valid_from <= %(at)s
      AND (g.valid_until IS NULL OR g.valid_until > %(at)s)
), sums AS (
    SELECT r.member_id, r.code, sum(r.rest)::bigint AS rest FROM rest r
    GROUP BY 1, 2 HAVING NOT bool_or(r.rest IS NULL) AND sum(r.rest) > 0
), news AS (
    SELECT s.member_id, '' AS ref, %(first)s::date AS day_on,
           jsonb_build_object('month', to_char(%(first)s::date, 'YYYY-MM'),
                              'left', jsonb_object_agg(s.code, s.rest)) AS payload
    FROM sums s GROUP BY 1
), """
    + _TELL.format(about="'LEFT'")
)
