"""A member's coupons as their page shows them; each reads a bounded number of rows by an index."""

from datetime import datetime

from django.db.models import Q

from loyalty.models import Coupon
from loyalty.selectors import coupons

_State = Coupon.State
# More than anybody keeps; the list of coupons shows the rest.
MOST_USABLE = 50


def usable(*, member_id: int, at: datetime) -> list[Coupon]:
    """What the member could use at `at`, or when its time begins, soonest to end first; what a
    checkout keeps is among it."""
    rows = coupons.usable(member_id=member_id, at=at)
    return list(rows.select_related("type", "batch")[:MOST_USABLE])


def past(*, member_id: int, at: datetime, before_id: int | None = None, limit: int) -> list[Coupon]:
    """What was used, is over at `at`, or was withdrawn; newest first."""
    is_open = Q(state__in=(_State.ISSUED, _State.CLAIMED, _State.LOCKED))
    is_over = Q(expires_at__lte=at) | Q(batch__voided_at__isnull=False)
    rows = coupons.of_member(member_id=member_id).select_related("type", "batch")
    rows = rows.filter(~is_open | is_over)
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return list(rows[:limit])
