"""A member's coupons as their page shows them; each reads a bounded number of rows by an index."""

from datetime import datetime

from django.db.models import Q, QuerySet

from loyalty.models import Coupon

_State = Coupon.State
# More than anybody keeps; the list of coupons shows the rest.
MOST_USABLE = 50


def usable(*, member_id: int, at: datetime) -> list[Coupon]:
    """What the member holds at `at` and could use, now or when its time begins, soonest to end
    first; what a checkout keeps is among it."""
    rows = _held(member_id).filter(Q(expires_at=None) | Q(expires_at__gt=at))
    return list(rows.order_by("expires_at", "pk")[:MOST_USABLE])


def past(*, member_id: int, at: datetime, before_id: int | None = None, limit: int) -> list[Coupon]:
    """What was used, is over at `at`, or was withdrawn; newest first."""
    is_held = Q(state__in=(_State.CLAIMED, _State.LOCKED))
    rows = Coupon.objects.filter(member_id=member_id).select_related("type")
    rows = rows.filter(~is_held | Q(expires_at__lte=at))
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return list(rows.order_by("-pk")[:limit])


def _held(member_id: int) -> QuerySet[Coupon]:
    held = (_State.CLAIMED, _State.LOCKED)
    return Coupon.objects.filter(member_id=member_id, state__in=held).select_related("type")
