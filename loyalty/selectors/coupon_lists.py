"""Coupons and coupon types in pages, as channels list them: newest first, by id."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, Sum, Value, When

from loyalty.models import Coupon, CouponType, Pool
from members.errors import NotFound

_State = Coupon.State
_OPEN = (_State.ISSUED, _State.CLAIMED)
_LIVE = (*_OPEN, _State.LOCKED)


@dataclass(frozen=True)
class Claimable:
    """A type that members may claim now. `left_count` None: as many as they like."""

    type: CouponType
    left_count: int | None


def of_member(
    *,
    member_id: int,
    states: Collection[str],
    at: datetime,
    before_id: int | None = None,
    limit: int,
) -> list[Coupon]:
    """The member's coupons in these states (none: all), each with `standing`: its state at
    `at`, whether or not the night marked it."""
    rows = Coupon.objects.filter(member_id=member_id).select_related("type")
    rows = rows.annotate(standing=_standing(at))
    if states:
        rows = rows.filter(standing__in=states)
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return list(rows.order_by("-pk")[:limit])


def claimable(
    *,
    at: datetime,
    store_ids: Collection[int] | None = None,
    before_id: int | None = None,
    limit: int,
) -> list[Claimable]:
    """Types that members may claim at `at`, also those of which none is left; valid in one of
    `store_ids`, None: wherever."""
    rows = _valid_in(_claimable_types(at), store_ids)
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    types = list(rows.order_by("-pk")[:limit])
    left = _left(types)
    return [Claimable(one, left.get(one.pk)) for one in types]


def check_seen(*, type_uid: UUID, store_ids: Collection[int] | None) -> None:
    """Whether a client of these stores may know of a type; None: it may know of all.

    Raises: NotFound.
    """
    if not _valid_in(CouponType.objects.filter(uid=type_uid), store_ids).exists():
        raise NotFound("there is no such coupon type")


def _valid_in(
    rows: QuerySet[CouponType], store_ids: Collection[int] | None
) -> QuerySet[CouponType]:
    if store_ids is None:
        return rows
    bound = CouponType.stores.through.objects.values("coupontype_id")
    here = bound.filter(store_id__in=store_ids)
    return rows.filter(~Q(pk__in=bound) | Q(pk__in=here))


def _claimable_types(at: datetime) -> QuerySet[CouponType]:
    # A fixed end that has passed leaves nothing to claim.
    return CouponType.objects.filter(
        Q(claim_from=None) | Q(claim_from__lte=at),
        Q(claim_until=None) | Q(claim_until__gt=at),
        Q(valid_until=None) | Q(valid_until__gt=at),
        state=CouponType.State.LIVE,
        is_claimable=True,
    )


def _left(types: Sequence[CouponType]) -> Mapping[int, int]:
    """How many there are left of those types that have an end, by id: the smaller of what the
    stock has and what the budget pays for."""
    keys = {f"coupon:{one.pk}:{what}": one for one in types for what in ("count", "amount")}
    sums = Pool.objects.filter(key__in=keys).values("key").annotate(all_left=Sum("left"))
    left: dict[int, int] = {}
    for row in sums:
        one = keys[row["key"]]
        count = row["all_left"]
        if row["key"].endswith(":amount"):
            cost = _most_cost(one)
            if not cost:
                continue
            count //= cost
        left[one.pk] = min(count, left.get(one.pk, count))
    return left


def _most_cost(one: CouponType) -> int:
    """What one coupon reserves of the budget."""
    if one.kind == CouponType.Kind.MONEY_OFF:
        return one.amount
    return (one.cap_amount or 0) if one.kind == CouponType.Kind.PERCENT_OFF else 0


def _standing(at: datetime) -> Case:
    """The state as of an instant, as `loyalty.rules.coupons.state_at` has it: validity and locks
    end by themselves, and a batch is called back at once."""
    is_let_go = Q(state=_State.LOCKED, locked_until__lte=at)
    return Case(
        When(Q(state__in=_LIVE, batch__voided_at__isnull=False), then=Value(_State.VOID)),
        When(Q(state__in=_OPEN, expires_at__lte=at), then=Value(_State.EXPIRED)),
        When(is_let_go & Q(expires_at__lte=at), then=Value(_State.EXPIRED)),
        When(is_let_go, then=Value(_State.CLAIMED)),
        default=F("state"),
    )
