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
from loyalty.services import benefit_notice_statements as statements
from loyalty.services import programs
from members.registry import subscriptions
from members.services import bell

CHUNK = 5_000
_About = BenefitNotice.About
# Of nobody: that everybody has heard of what is left at this month's start.
_ALL_TOLD = {"member_id": 0, "about": _About.LEFT, "ref": "all"}


def remind(*, at: datetime) -> Iterator[int]:
    """Tells what ends soon and, once a month, what is left; yields how many were told."""
    months = _months()
    if months:
        yield from tell_ending(at=at, months=months)
    yield from tell_left(at=at)


def tell_ending(*, at: datetime, months: int = 1) -> Iterator[int]:
    """Grants and claims that end, terms of tiers with benefits, and benefits themselves, within so
    many months."""
    zone = programs.current().zone
    day = calendar.add_months(calendar.local_day(at, zone), months)
    values = {
        "at": at,
        "until": calendar.start_of_day(day + timedelta(days=1), zone),
        "zone": zone.key,
        "months": months,
        "chunk": CHUNK,
        **_tells(BenefitEnding.type, at),
    }
    for statement in (statements.GRANTS_END, statements.TIERS_END):
        told = CHUNK
        while told == CHUNK:
            told = _run(statement, values)
            yield told
    # Coupons are told of as coupons.
    live = Benefit.objects.filter(state=Benefit.State.LIVE, coupon_type__isnull=True)
    for benefit in live.filter(valid_until__gt=at, valid_until__lte=values["until"]).order_by("pk"):
        yield from _tell_benefit_ending(benefit, values)


def _tell_benefit_ending(benefit: Benefit, values: dict[str, Any]) -> Iterator[int]:
    """Once, the first night within the months; whoever comes to have it later isn't told."""
    assert benefit.valid_until is not None
    zone = programs.current().zone
    today = calendar.local_day(values["at"], zone)
    last_on = calendar.last_day(benefit.valid_until, zone)
    every_one = {"member_id": 0, "about": _About.ENDS, "ref": f"all:benefit:{benefit.pk}"}
    if BenefitNotice.objects.filter(**every_one, day_on=last_on).exists():
        return
    period = benefit_periods.period_of(today, benefit.every)
    own = {
        **values,
        **benefit_audiences.params(benefit, today),
        "months_on": _months_through(today, last_on),
        "code": benefit.code,
        "last_on": last_on,
        "start": period.start,
        "is_last": period.has(last_on),
        "is_claimed": benefit.giving == Benefit.Giving.CLAIMED,
    }
    statement = statements.BENEFIT_ENDS.replace("{named}", benefit_audiences.until_its_end(benefit))
    yield from _by_chunks(statement, own)
    BenefitNotice.objects.get_or_create(
        **every_one, day_on=last_on, defaults={"recorded_at": values["at"]}
    )


def tell_left(*, at: datetime) -> Iterator[int]:
    """What is left of limited benefits, to each member who has some; the first night of a month,
    or the next one after it was missed."""
    today = calendar.local_day(at, programs.current().zone)
    month = today.replace(day=1)
    if BenefitNotice.objects.filter(**_ALL_TOLD, day_on=month).exists():
        return
    yield from _by_chunks(statements.LEFT, _left_values(at, today, month))
    BenefitNotice.objects.get_or_create(**_ALL_TOLD, day_on=month, defaults={"recorded_at": at})


def _months_through(first: date, last: date) -> list[int]:
    """The months of the year in which these days and those between them lie."""
    begins = [calendar.add_months(first.replace(day=1), number) for number in range(12)]
    return [day.month for day in begins if day <= last]


def _by_chunks(statement: str, values: dict[str, Any]) -> Iterator[int]:
    """Over all accounts, so many at a time."""
    after = 0
    while (last := _last_of_chunk(after)) is not None:
        yield _run(statement, {**values, "after": after, "last": last})
        after = last


def _months() -> int:
    told = Program.objects.filter(is_current=True).values_list("benefit_notice_months", flat=True)
    return int(told.first() or 0)


def _left_values(at: datetime, today: date, month: date) -> dict[str, Any]:
    live = list(
        Benefit.objects.filter(state=Benefit.State.LIVE, coupon_type__isnull=True).order_by("pk")
    )
    return {
        "at": at,
        "zone": programs.current().zone.key,
        "day": today,
        "month": today.month,
        "first": month,
        "ids": [one.pk for one in live],
        "starts": [benefit_periods.period_of(today, one.every).start for one in live],
        **_tells(BenefitLeft.type, at),
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


def _tells(event_type: str, at: datetime) -> dict[str, str]:
    """The type of an event, and who hears of it."""
    return {
        "type": event_type,
        "hear": json.dumps(list(subscriptions.subscribers_of(event_type, at))),
    }


_CHUNK_ENDS = """
SELECT max(member_id) FROM (
    SELECT member_id FROM loyalty_account WHERE member_id > %s ORDER BY member_id LIMIT %s) a
"""
