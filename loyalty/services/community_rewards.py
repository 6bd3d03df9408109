"""The coupon that a community promises for inviting: given once for each goal reached."""

from collections.abc import Sequence
from datetime import datetime

from loyalty.models import Coupon
from loyalty.services import coupons
from members.models import Event
from members.selectors import living
from members.services import communities


def goal_reached(*, events: Sequence[Event], at: datetime) -> int:
    """How many coupons were asked for. Bears repeats: the coupon's key names the community, the
    member and the step.

    Raises: NotFound; CouponRefused. The dispatch then waits, and shows in the console: whoever
    made the promise opens the coupon type, or gives it more stock, and it is kept.
    """
    return sum(_grant(event, at) for event in events)


def merged(*, events: Sequence[Event], at: datetime) -> None:
    """Tells the goals that the cards of one person reach together."""
    for event in events:
        member_id = living.id_of(member_id=event.member_id or 0)
        if member_id is not None:
            communities.recount(member_id=member_id, at=at)


def _grant(event: Event, at: datetime) -> int:
    promised = event.payload["coupon_type"]
    member_id = living.id_of(member_id=event.member_id or 0)
    if not promised or member_id is None:
        return 0
    coupons.grant(
        type_code=promised,
        member_id=member_id,
        # By the card that reached it: it stays one coupon when cards are merged.
        key=f"community:{event.payload['community']}:{event.member_id}:{event.payload['step']}",
        origin=Coupon.Origin.CAMPAIGN,
        at=at,
    )
    return 1
