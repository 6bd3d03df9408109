"""Redemptions as they stand at an instant, whether or not a job has written it down."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, Value, When

from loyalty.models import Redemption
from loyalty.rules import redemptions as rules
from members.errors import NotFound

_WAITING = (Redemption.State.REQUESTED, Redemption.State.READY)
_NAMED = ("reward", "member", "store", "fulfilled_store")


def state_of(*, redemption: Redemption, at: datetime) -> str:
    """Its state at `at`."""
    return rules.state_at(redemption.state, redemption.expires_at, at)


def money_back(*, redemption: Redemption, at: datetime) -> int:
    """What whoever took money for a redemption that came to nothing pays back, in minor units."""
    state = state_of(redemption=redemption, at=at)
    is_back = state == rules.CANCELED or (
        state == rules.EXPIRED and redemption.reward.returns_points
    )
    return redemption.money_amount if is_back and redemption.payment_ref else 0


def by_uid(*, uid: UUID, member_id: int | None = None) -> Redemption:
    """Raises: NotFound; with `member_id` also where it is somebody else's."""
    found = Redemption.objects.select_related(*_NAMED).filter(uid=uid).first()
    if found is None or member_id not in (None, found.member_id):
        raise NotFound("there is no such redemption")
    return found


def standing(at: datetime) -> Case:
    """The state at `at`, for queries."""
    return Case(
        When(Q(state__in=_WAITING, expires_at__lte=at), then=Value(rules.EXPIRED)),
        default=F("state"),
    )


def of_member(
    *,
    member_id: int,
    states: Collection[str],
    at: datetime,
    before_id: int | None = None,
    limit: int,
) -> list[Redemption]:
    """The member's redemptions in these states (none: all), newest first, each with `standing`."""
    rows = Redemption.objects.filter(member_id=member_id).select_related(*_NAMED)
    rows = rows.annotate(standing=standing(at))
    if states:
        rows = rows.filter(standing__in=states)
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return list(rows.order_by("-pk")[:limit])


def to_pick(*, at: datetime, store_id: int | None = None) -> QuerySet[Redemption]:
    """What waits to be picked up at `at`, in the order in which it became ready; for a store, what
    was asked for there, and what may be picked up anywhere that it may be handed over."""
    rows = Redemption.objects.filter(state=rules.READY, expires_at__gt=at)
    if store_id is not None:
        here = Q(reward__stores=store_id) | Q(reward__stores=None)
        rows = rows.filter(Q(store_id=store_id) | (Q(store=None) & here)).distinct()
    return rows.select_related(*_NAMED).order_by("ready_at", "pk")
