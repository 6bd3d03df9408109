"""How many coupons of a type there are, in which state, and what is left of stock and budget."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, F, Q, Sum, Value, When

from loyalty.models import Coupon
from loyalty.selectors import coupons

_State = Coupon.State
_OPEN = (_State.ISSUED, _State.CLAIMED, _State.LOCKED)


@dataclass(frozen=True)
class Counts:
    """Of a type: coupons made in all, and used ones; pieces and minor units left (None: no end)."""

    made_count: int = 0
    redeemed_count: int = 0
    left_count: int | None = None
    left_amount: int | None = None


@dataclass(frozen=True)
class Figures:
    """Of a type, coupons by their state at an instant, and minor units that they took off."""

    by_state: dict[str, int]
    made_count: int
    discount_amount: int
    left_count: int | None
    left_amount: int | None


def counts(*, type_ids: Iterable[int]) -> dict[int, Counts]:
    """For the types of a list; two queries, the first of them on an index alone."""
    ids = list(type_ids)
    rows = Coupon.objects.filter(type_id__in=ids).values_list("type_id", "state")
    made = dict.fromkeys(ids, 0)
    used = dict.fromkeys(ids, 0)
    for type_id, state, count in rows.annotate(n=Count("*")).order_by("type_id"):
        made[type_id] += count
        used[type_id] += count if state == _State.REDEEMED else 0
    left = coupons.pools_left(type_ids=ids)
    return {
        one: Counts(made[one], used[one], left.get(_count(one)), left.get(_amount(one)))
        for one in ids
    }


def figures(*, type_id: int, at: datetime) -> Figures:
    """For the page of a type; two queries. What is over at `at` counts as expired, and a lock
    that is over as what it was before, whether or not the night has come by."""
    is_over = Q(state__in=_OPEN, expires_at__lte=at)
    is_let_go = Q(state=_State.LOCKED, locked_until__lte=at)
    is_called_back = Q(state__in=_OPEN, batch__voided_at__isnull=False)
    state = Case(
        When(is_called_back, then=Value(_State.VOID)),
        When(is_over & (~Q(state=_State.LOCKED) | is_let_go), then=Value(_State.EXPIRED)),
        When(is_let_go & Q(member__isnull=False), then=Value(_State.CLAIMED)),
        When(is_let_go, then=Value(_State.ISSUED)),
        default=F("state"),
    )
    rows = Coupon.objects.filter(type_id=type_id).annotate(now=state).values_list("now")
    found = list(rows.annotate(n=Count("*"), off=Sum("discount_amount")).order_by("now"))
    left = coupons.pools_left(type_ids=[type_id])
    return Figures(
        by_state={now: count for now, count, _off in found},
        made_count=sum(count for _now, count, _off in found),
        discount_amount=sum(off for _now, _count, off in found),
        left_count=left.get(_count(type_id)),
        left_amount=left.get(_amount(type_id)),
    )


def _count(type_id: int) -> str:
    return f"coupon:{type_id}:count"


def _amount(type_id: int) -> str:
    return f"coupon:{type_id}:amount"
