"""Coupons as they are at an instant: of a member, by code, and the figures of a type."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from loyalty.models import Coupon, CouponMove, CouponType, Pool, PoolUse
from loyalty.rules import calendar
from loyalty.rules import coupons as rules
from loyalty.services import programs
from members.models import Member

_LIVE = (Coupon.State.ISSUED, Coupon.State.CLAIMED, Coupon.State.LOCKED)


@dataclass(frozen=True)
class Asked:
    """A code, normalized, and who brings it where."""

    code: str
    member_id: int | None = None
    holder: str = ""
    store_id: int | None = None


@dataclass(frozen=True)
class Judged:
    """What a code is worth for somebody now. `coupon` is None for a public code. `refused` is
    None where it may be used: {"what", "coupon", "code"} otherwise."""

    code: str
    coupon: Coupon | None
    type: CouponType | None
    refused: dict[str, Any] | None


@dataclass(frozen=True)
class Figures:
    """How many coupons of a type are in each state, and what is left. Amounts in minor units;
    None: no end. `kept_amount` is what live coupons reserve and used ones took of the budget."""

    states: dict[str, int]
    stock_left: int | None
    budget_left_amount: int | None
    kept_amount: int
    discount_amount: int

    @property
    def issued(self) -> int:
        """All that there ever were."""
        return sum(self.states.values())


def by_code(*, code: str) -> Coupon | None:
    """The coupon with this code, however it is typed."""
    wanted = Coupon.objects.select_related("type", "batch")
    return wanted.filter(code=rules.normalize(code)).first()


def usable(*, member_id: int, at: datetime) -> QuerySet[Coupon]:
    """A member's coupons that can be used now or later, soonest to expire first. Those locked for
    an order are among them."""
    return (
        Coupon.objects.filter(member_id=member_id, state__in=_LIVE)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at))
        .filter(Q(batch__isnull=True) | Q(batch__voided_at__isnull=True))
        .select_related("type")
        .order_by("expires_at", "pk")
    )


def of_member(*, member_id: int) -> QuerySet[Coupon]:
    """All coupons that a member ever had, newest first."""
    return Coupon.objects.filter(member_id=member_id).select_related("type").order_by("-pk")


def moves(*, coupon_id: int) -> QuerySet[CouponMove]:
    """A coupon's steps, in order."""
    return CouponMove.objects.filter(coupon_id=coupon_id).order_by("pk")


def belongs(coupon: Coupon, member_id: int) -> bool:
    """Whether it is this member's, or that of whoever they were merged into."""
    if coupon.member_id == member_id:
        return True
    merged = Member.objects.filter(pk=member_id, merged_into_id=coupon.member_id)
    return coupon.member_id is not None and merged.exists()


def state_of(*, coupon: Coupon, at: datetime) -> str:
    """Its state as it is: a lock that timed out is none, and what has expired has expired."""
    return rules.state_at(held(coupon), at)


def held(coupon: Coupon) -> rules.Held:
    """The coupon as the rules see it."""
    batch = coupon.batch if coupon.batch_id else None
    return rules.Held(
        state=coupon.state,
        member_id=coupon.member_id,
        valid_from=coupon.valid_from,
        expires_at=coupon.expires_at,
        locked_by=(coupon.locked_source, coupon.locked_for),
        locked_until=coupon.locked_until,
        is_called_back=batch is not None and batch.voided_at is not None,
    )


def worth(coupon_type: CouponType) -> rules.Worth:
    """The type as the rules see it; asks for its stores."""
    return rules.Worth(
        kind=coupon_type.kind,
        amount=coupon_type.amount,
        cap_amount=coupon_type.cap_amount,
        validity=coupon_type.validity,
        valid_from=coupon_type.valid_from,
        valid_until=coupon_type.valid_until,
        valid_days=coupon_type.valid_days,
        starts_at_once=coupon_type.starts_at_once,
        claim_from=coupon_type.claim_from,
        claim_until=coupon_type.claim_until,
        store_ids=frozenset(coupon_type.stores.values_list("pk", flat=True)),
    )


def judged(*, asked: Asked, at: datetime) -> Judged:
    """Whether a code may be used now: by code, else as a public one."""
    coupon = by_code(code=asked.code)
    if coupon is not None:
        kind = coupon.type
        bringer = rules.Bringer(member_id=asked.member_id, store_id=asked.store_id)
        why = rules.refusal(held(coupon), worth(kind), bringer, moment=at, at=at)
        if why is None and coupon.state == rules.EXPIRED:
            why = "coupon_expired"
        if why is None and coupon.member_id is None:
            why = _over_limit(kind, asked.holder, at)
        return _judged(asked, coupon, kind, why)
    public = CouponType.objects.filter(public_code=asked.code)
    found = public.exclude(state=CouponType.State.DRAFT).first()
    if found is None:
        return _judged(asked, None, None, "coupon_not_found")
    return _judged(asked, None, found, _public_refusal(asked, found, at))


def figures(*, type_ids: Sequence[int]) -> dict[int, Figures]:
    """By type; three queries, however many types."""
    states: dict[int, dict[str, int]] = {one: {} for one in type_ids}
    kept = dict.fromkeys(type_ids, (0, 0))
    rows = Coupon.objects.filter(type_id__in=type_ids).values("type_id", "state")
    sums = rows.annotate(n=Count("pk"), kept=Sum("reserved_amount"), off=Sum("discount_amount"))
    for row in sums:
        states[row["type_id"]][row["state"]] = row["n"]
        before = kept[row["type_id"]]
        kept[row["type_id"]] = (before[0] + row["kept"], before[1] + row["off"])
    left = pools_left(type_ids=type_ids)
    return {
        one: Figures(
            states=states[one],
            stock_left=left.get(f"coupon:{one}:count"),
            budget_left_amount=left.get(f"coupon:{one}:amount"),
            kept_amount=kept[one][0],
            discount_amount=kept[one][1],
        )
        for one in type_ids
    }


def pools_left(*, type_ids: Sequence[int]) -> dict[str, int]:
    """What is left by the pool's key; a pool without an end is missing."""
    keys = [f"coupon:{one}:{what}" for one in type_ids for what in ("count", "amount")]
    rows = Pool.objects.filter(key__in=keys).values("key").annotate(rest=Sum("left"))
    return {row["key"]: row["rest"] for row in rows}


def _judged(
    asked: Asked, coupon: Coupon | None, kind: CouponType | None, why: str | None
) -> Judged:
    told = None if why is None else {"what": "coupon", "coupon": asked.code, "code": why}
    return Judged(asked.code, coupon, kind, told)


def _public_refusal(asked: Asked, kind: CouponType, at: datetime) -> str | None:
    mine = usable(member_id=asked.member_id, at=at).filter(type=kind) if asked.member_id else None
    terms = worth(kind)
    begins, ends = rules.life(terms, None, programs.current().zone)
    code = rules.Held(state=rules.ISSUED, valid_from=begins, expires_at=ends)
    bringer = rules.Bringer(member_id=asked.member_id, store_id=asked.store_id)
    if kind.stopped_at is not None and kind.stopped_at <= at:
        return "coupon_stopped"
    why = rules.refusal(code, terms, bringer, moment=at, at=at)
    # Who has one of these in hand uses that.
    if why is None and not (mine is not None and mine.exists()):
        why = _over_limit(kind, asked.holder, at) or _sold_out(kind)
    return why


def _over_limit(kind: CouponType, holder: str, at: datetime) -> str | None:
    if not holder:
        return None
    today = calendar.local_day(at, programs.current().zone)
    keys = {f"coupon:{kind.pk}": "", f"coupon:{kind.pk}:{today}": ""}
    rows = PoolUse.objects.filter(holder=holder, key__in=keys).values_list("key", "used")
    used = dict(rows)
    if kind.limit_member is not None and used.get(f"coupon:{kind.pk}", 0) >= kind.limit_member:
        return "coupon_limit"
    most_today = kind.limit_member_day
    if most_today is not None and used.get(f"coupon:{kind.pk}:{today}", 0) >= most_today:
        return "coupon_day_limit"
    return None


def _sold_out(kind: CouponType) -> str | None:
    left = pools_left(type_ids=[kind.pk])
    if left.get(f"coupon:{kind.pk}:amount", rules.cost(worth(kind))) < rules.cost(worth(kind)):
        return "coupon_budget"
    return "coupon_stock" if left.get(f"coupon:{kind.pk}:count", 1) < 1 else None
