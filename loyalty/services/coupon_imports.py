"""Coupons that lived in another system before: their types as they were, and who got which when.

Called by commands, not by any door: whoever may run those owns the database. From the console and
from channels types go live with a second person's consent alone (`coupon_types`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from loyalty.models import Coupon, CouponType
from loyalty.services import coupon_calls as calls
from loyalty.services import coupon_types
from loyalty.services.coupon_refusals import refused
from members.errors import DomainError
from members.services import audit


class LimitsNotImported(DomainError):
    """What is brought in has neither stock nor budget: what is left of them is not told."""

    code = "limits_not_imported"


@dataclass(frozen=True, kw_only=True)
class Given:
    """A coupon that a member got at an instant. `key` is the source's own for it: again with the
    same key it is the same coupon."""

    type_id: int
    member_id: int
    key: str
    given_at: datetime


@transaction.atomic
def bring_in_types(*, types: Sequence[CouponType], at: datetime) -> int:
    """How many were new, by code; they are live, and those that are there stay as they are.

    Raises: BadCouponType, BadCondition; LimitsNotImported.
    """
    codes = [one.code for one in types]
    known = set(CouponType.objects.filter(code__in=codes).values_list("code", flat=True))
    new = [one for one in types if one.code not in known]
    for one in new:
        if one.stock_count is not None or one.budget_amount is not None:
            raise LimitsNotImported(type=one.code)
        coupon_types.check(one)
        one.state, one.created_at = CouponType.State.LIVE, at
    CouponType.objects.bulk_create(new)
    if new:
        audit.record(action="coupon_types.imported", at=at, details={"count": len(new)})
    return len(new)


def give(*, coupons: Sequence[Given]) -> list[str]:
    """The codes of these coupons, in order: one statement. Each counts for its member's limits
    and isn't refused by them.

    Raises: CouponRefused, where one can't be had; then none is given.
    """
    asks = [
        {
            "at": one.given_at,
            "ask": {
                "type_id": one.type_id,
                "member_id": one.member_id,
                "key": calls.key(one.key),
                "origin": Coupon.Origin.IMPORT,
                "how": "GRANT",
                "actor_id": None,
                "zone": calls.zone(),
                "codes": calls.fresh_codes(),
            },
        }
        for one in coupons
    ]
    with transaction.atomic():
        ids = _issued(calls.as_json(asks))
        codes = dict(Coupon.objects.filter(pk__in=ids).values_list("pk", "code"))
    return [codes[one] for one in ids]


def _issued(asks: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_ISSUE, [calls.tells(), asks])
        answers = [json.loads(row[0]) for row in cursor.fetchall()]
    for answer in answers:
        if "code" in answer:
            raise refused(answer)
    return [int(answer["id"]) for answer in answers]


_ISSUE = """
SELECT loyalty_coupon_issue(one.told->'ask', (one.told->>'at')::timestamptz, %s)::text
FROM jsonb_array_elements(%s) WITH ORDINALITY AS one(told, number) ORDER BY one.number
"""
