"""Whom the rules of a benefit name, as a set: for the night and for figures.

Tiers are those of the account row: the night's review of tiers goes before, and terms that are
over are judged by the minute.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from loyalty.models import Benefit

# Over an account `a`, a member `m`, a rule `r`.
NAMED = """(r.audience = 'EVERYONE' OR r.tier_id = a.tier_id
    OR r.tag_id IS NOT NULL AND EXISTS (
        SELECT FROM members_membertag t
        WHERE t.member_id = a.member_id AND t.tag_id = r.tag_id))"""
# As `members.rules.birthdays.is_birthday_month`.
BIRTHDAY = """(m.birthday_md / 100 = %(month)s
    AND (m.birthday_counts_from_on IS NULL OR m.birthday_counts_from_on <= %(day)s))"""
BIRTHDAYS = BIRTHDAY.replace("= %(month)s", "= ANY(%(months_on)s)")
# The highest quota of those that hold; NULL: without a limit.
QUOTA = "CASE WHEN bool_or(r.quota IS NULL) THEN NULL ELSE max(r.quota) END"


@dataclass(frozen=True)
class Granted:
    """What a benefit gives in a period: how many members it names, their quotas in all (None: one
    of them has no limit), and what is used of it."""

    members_count: int
    quota: int | None
    used: int


def of_benefit(benefit: Benefit) -> str:
    """The members whom its rules name, and those drawn where it is capped: `FROM … WHERE …`
    over `%(benefit)s`, `%(month)s`, `%(day)s`."""
    born = f" AND {BIRTHDAY}" if benefit.in_birthday_month else ""
    return f"{_drawn_of(benefit)}{born}"


def until_its_end(benefit: Benefit) -> str:
    """The same, with those whose birthday lies in one of the months that are left,
    `%(months_on)s`."""
    born = f" AND {BIRTHDAYS}" if benefit.in_birthday_month else ""
    return f"{_drawn_of(benefit)}{born}"


def _drawn_of(benefit: Benefit) -> str:
    drawn = (
        " AND EXISTS (SELECT FROM loyalty_benefitholder h"
        " WHERE h.member_id = a.member_id AND h.benefit_id = r.benefit_id)"
        if benefit.cap_percent is not None or benefit.cap_count is not None
        else ""
    )
    return f"{SOURCE}{drawn}"


SOURCE = f"""FROM loyalty_account a
JOIN members_member m ON m.id = a.member_id AND m.state = 'ACTIVE'
JOIN loyalty_benefitrule r ON r.benefit_id = %(benefit)s AND {NAMED}
WHERE true"""


def params(benefit: Benefit, day: date) -> Mapping[str, Any]:
    return {"benefit": benefit.pk, "month": day.month, "day": day}


def granted(*, benefit: Benefit, start: date, day: date) -> Granted:
    """What its rules give in the period that begins on `start`, and what is used of it: uses, or
    coupons that were redeemed. Two queries."""
    named = f"SELECT a.member_id, {QUOTA} AS quota {of_benefit(benefit)} GROUP BY 1"
    with connection.cursor() as cursor:
        # Only our own conditions are put in; values are parameters.
        cursor.execute(
            "SELECT count(*), sum(n.quota)::bigint, bool_or(n.quota IS NULL)"  # noqa: S608
            f" FROM ({named}) n",
            params(benefit, day),
        )
        count, quota, is_unlimited = cursor.fetchone()
        cursor.execute(_REDEEMED if benefit.coupon_type_id else _USED, {
            "benefit": benefit.pk, "start": start, "type": benefit.coupon_type_id,
            "keys": f"benefit:{benefit.pk}:%:{start.isoformat()}:%",
        })  # fmt: skip
        used = cursor.fetchone()[0]
    return Granted(count, None if is_unlimited else quota or 0, used)


_USED = """
SELECT coalesce(sum(p.used_count), 0)::bigint FROM loyalty_benefitperiod p
WHERE p.benefit_id = %(benefit)s AND p.period_on = %(start)s
"""
_REDEEMED = """
SELECT count(*) FROM loyalty_coupon c
WHERE c.type_id = %(type)s AND c.state = 'REDEEMED' AND c.key LIKE %(keys)s
"""
