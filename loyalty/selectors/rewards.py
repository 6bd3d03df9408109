"""The catalogue as a member sees it, and what became of each reward."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from loyalty.models import Pool, PoolUse, Redemption, Reward
from loyalty.rules import calendar
from loyalty.rules import redemptions as redemption_rules
from loyalty.rules import rewards as rules
from loyalty.selectors import accounts
from loyalty.selectors.redemptions import standing
from loyalty.services import programs
from loyalty.services.redemption_requests import terms_of
from members.errors import NotFound

_WAITING = (Redemption.State.REQUESTED, Redemption.State.READY)


@dataclass(frozen=True)
class Offered:
    """A reward for a member or, without one, for anybody: its price, pieces left (None: no end),
    how many the member may still have (None: no limit), and every reason why not now."""

    reward: Reward
    price: rules.Price
    left_count: int | None
    member_left_count: int | None
    refusals: tuple[str, ...]


@dataclass(frozen=True)
class _Viewer:
    """Who looks: their tier and available points; nobody known has neither."""

    member_id: int | None = None
    tier_id: int | None = None
    available_points: int = 0


def catalog(
    *,
    at: datetime,
    member_id: int | None = None,
    store_ids: Collection[int] | None = None,
    before_id: int | None = None,
    limit: int,
) -> list[Offered]:
    """Rewards of the catalogue at `at`, in their order; handed over in one of `store_ids`, None:
    wherever. Rewards of other tiers are there too, with the reason why not. `before_id` is the
    reward after which the page begins."""
    rows = _open(at).prefetch_related("tiers__tier", "stores")
    if store_ids is not None:
        stores = Reward.stores.through.objects.values("reward_id")
        rows = rows.filter(~Q(pk__in=stores) | Q(pk__in=stores.filter(store_id__in=store_ids)))
    if before_id is not None and (last := Reward.objects.filter(pk=before_id).first()):
        after = Q(position=last.position, pk__lt=last.pk)
        rows = rows.filter(Q(position__gt=last.position) | after)
    return offered(
        rewards=list(rows.order_by("position", "-pk")[:limit]), member_id=member_id, at=at
    )


def offered(*, rewards: Sequence[Reward], member_id: int | None, at: datetime) -> list[Offered]:
    """These rewards as a member sees them; for nobody known, without reasons of their own."""
    viewer = _viewer(member_id, at)
    left = left_counts(rewards=rewards, at=at)
    used = _used(rewards, viewer, at)
    return [_offered(one, viewer, left.get(one.pk), used.get(one.pk, 0), at) for one in rewards]


def by_uid(*, uid: UUID) -> Reward:
    """A reward that is, or was, in the catalogue. Raises: NotFound."""
    rows = Reward.objects.exclude(state=Reward.State.DRAFT).prefetch_related(
        "tiers__tier", "stores"
    )
    found = rows.filter(uid=uid).first()
    if found is None:
        raise NotFound("there is no such reward")
    return found


def left_counts(*, rewards: Iterable[Reward], at: datetime) -> dict[int, int]:
    """Pieces left of those that have an end, by id; what is over and not written down yet is
    counted as back."""
    keys = {f"reward:{one.pk}:count": one.pk for one in rewards}
    pools = Pool.objects.filter(key__in=keys).values_list("key").annotate(rest=Sum("left"))
    left = {keys[key]: int(rest) for key, rest in pools}
    due = Redemption.objects.filter(reward_id__in=left, state__in=_WAITING, expires_at__lte=at)
    for reward_id, pieces in due.values_list("reward_id").annotate(n=Sum("quantity")):
        left[reward_id] += pieces
    return left


@dataclass(frozen=True)
class Figures:
    """Of a reward, redemptions that were asked for in a period: how many by the state they have
    now, pieces and points of those that stand, money of those that are paid."""

    by_state: dict[str, int]
    pieces_count: int
    points: int
    money_amount: int


@dataclass(frozen=True)
class Span:
    """`[since, until)`; `since` None: from the beginning."""

    since: datetime | None
    until: datetime


def figures(*, reward_id: int, spans: Sequence[Span], at: datetime) -> list[Figures]:
    """Of each span, by the instant of the request; one query for all."""
    sums: dict[str, Any] = {}
    for number, span in enumerate(spans):
        inside = Q(requested_at__lt=span.until)
        if span.since is not None:
            inside &= Q(requested_at__gte=span.since)
        sums[f"n{number}"] = Count("pk", filter=inside)
        for name, column in _SUMMED.items():
            sums[f"{name}{number}"] = Sum(column, filter=inside, default=0)
    rows = Redemption.objects.filter(reward_id=reward_id).annotate(now=standing(at))
    found = list(rows.values("now").annotate(**sums))
    return [_figures(found, number) for number in range(len(spans))]


_SUMMED = {"pieces": "quantity", "points": "points", "paid": "money_amount"}


def _figures(found: Sequence[dict[str, Any]], number: int) -> Figures:
    kept = [row for row in found if row["now"] in _STANDS]
    paid = [row for row in kept if row["now"] != redemption_rules.REQUESTED]
    return Figures(
        by_state={row["now"]: row[f"n{number}"] for row in found},
        pieces_count=sum(row[f"pieces{number}"] for row in kept),
        points=sum(row[f"points{number}"] for row in kept),
        money_amount=sum(row[f"paid{number}"] for row in paid),
    )


_STANDS = (redemption_rules.REQUESTED, redemption_rules.READY, redemption_rules.FULFILLED)


def counts(*, reward_ids: Iterable[int]) -> dict[int, int]:
    """Pieces of redemptions that stand, by reward."""
    rows = Redemption.objects.filter(reward_id__in=list(reward_ids), state__in=_STANDS)
    return dict(rows.values_list("reward_id").annotate(n=Sum("quantity")))


def _open(at: datetime) -> QuerySet[Reward]:
    return Reward.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=at),
        Q(valid_until=None) | Q(valid_until__gt=at),
        state=Reward.State.LIVE,
    )


def _viewer(member_id: int | None, at: datetime) -> _Viewer:
    view = None if member_id is None else accounts.account(member_id=member_id, at=at)
    if view is None:
        return _Viewer()
    return _Viewer(member_id, view.tier.pk, view.available)


def _used(rewards: Sequence[Reward], viewer: _Viewer, at: datetime) -> dict[int, int]:
    """Pieces that count against the member's limit in this period, by reward."""
    if viewer.member_id is None:
        return {}
    day = calendar.local_day(at, programs.current().zone)
    keys = {rules.use_key(one.pk, one.limit_every, day): one.pk for one in rewards}
    uses = PoolUse.objects.filter(holder=f"member:{viewer.member_id}", key__in=keys)
    used = {keys[key]: count for key, count in uses.values_list("key", "used")}
    due = Redemption.objects.filter(
        member_id=viewer.member_id, limit_key__in=keys, state__in=_WAITING, expires_at__lte=at
    )
    for key, pieces in due.values_list("limit_key").annotate(n=Sum("quantity")):
        used[keys[key]] -= pieces
    return used


def _offered(reward: Reward, viewer: _Viewer, left: int | None, used: int, at: datetime) -> Offered:
    terms = terms_of(reward)
    price = rules.price(terms, viewer.tier_id)
    asking = rules.Asking(viewer.tier_id, used, viewer.available_points, left)
    why = tuple(rules.refusals(terms, asking, at))
    if viewer.member_id is None:
        # Of nobody known neither tier nor points can be said.
        why = tuple(one for one in why if one not in (rules.TIER, rules.POINTS))
    rest = None if price.limit is None else max(0, price.limit - used)
    return Offered(reward, price, left, rest, why)
