"""Coupons that orders bring: used once, and given back once when the whole order comes back.

Source: loyalty/migrations/sql/coupon_use.sql; docs/algorithms/coupons.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from loyalty.rules import coupons as rules
from loyalty.services import coupon_calls as calls

Row = dict[str, Any]


@dataclass(frozen=True)
class Use:
    """A code that an order brings. `holder` is whose limit it counts against; `discount_amount`
    what it took off in minor units, None where the till doesn't say. `order_id` is None where a
    channel redeems without sending orders."""

    order_id: int | None
    code: str
    member_id: int | None
    holder: str
    source: str
    external_id: str
    store_id: int | None
    occurred_at: datetime
    discount_amount: int | None = None


@dataclass(frozen=True)
class Used:
    """What became of a use; `refused` says why it doesn't count: {"what", "coupon", "code"}."""

    order_id: int | None
    code: str
    coupon_id: int | None
    type_id: int | None
    type_code: str
    kind: str
    multiplier_percent: int
    refused: Row | None


def redeem(*, uses: Sequence[Use], at: datetime, actor_id: int | None = None) -> list[Used]:
    """What became of each, in order; one statement in the caller's transaction. Never raises for
    a coupon's sake, and bears a repeat: the same order finds what it used."""
    if not uses:
        return []
    asks = [_ask(number, use, actor_id) for number, use in enumerate(uses)]
    with transaction.atomic(savepoint=False):
        found = calls.call(
            "loyalty_coupons_use", calls.as_json(asks), False, calls.zone(), at, calls.tells()
        )
    answers = {row["n"]: row for row in found}
    return [_used(use, answers[number]) for number, use in enumerate(uses)]


def give_back(*, order_id: int, at: datetime) -> list[Row]:
    """After a full refund: the order's coupons, each once, as {"code", "state", "expires_at"}.

    One that is still valid is its holder's again; one that expired meanwhile is EXPIRED; one
    whose type keeps it stays REDEEMED. Their budget is free again in any case.
    """
    with transaction.atomic(savepoint=False):
        found = calls.call("loyalty_coupons_give_back", order_id, calls.zone(), at, calls.tells())
    return list(found)


def void_unused(
    *, coupon_ids: Sequence[int], reason: str, at: datetime, actor_id: int | None = None
) -> int:
    """How many of these gifts were not used yet, and are void now."""
    if not coupon_ids:
        return 0
    with transaction.atomic(savepoint=False):
        ids = sorted(set(coupon_ids))
        return int(
            calls.call(
                "loyalty_coupons_void", ids, reason[:80], actor_id, calls.zone(), at, calls.tells()
            )
        )


def _ask(number: int, use: Use, actor_id: int | None) -> Row:
    return {
        "n": number,
        "code": rules.normalize(use.code),
        "member_id": use.member_id,
        "holder": use.holder,
        "source": use.source,
        "external_id": use.external_id,
        "store_id": use.store_id,
        "occurred_at": use.occurred_at,
        "discount_amount": use.discount_amount,
        "order_id": use.order_id,
        "actor_id": actor_id,
        "codes": calls.fresh_codes(),
    }


def _used(use: Use, row: Row) -> Used:
    return Used(
        order_id=use.order_id,
        code=use.code,
        coupon_id=row["coupon_id"],
        type_id=row["type_id"],
        type_code=row["type_code"],
        kind=row["kind"],
        multiplier_percent=row["multiplier_percent"],
        refused=calls.refused(row["why"], use.code) if row["why"] else None,
    )
