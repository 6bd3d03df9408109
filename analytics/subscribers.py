"""What this app hears of: orders and refunds, for the roll-ups."""

from collections.abc import Sequence
from datetime import datetime

from analytics.services import member_days
from members.models import Event
from members.registry import subscriptions


def update_member_days(events: Sequence[Event], at: datetime) -> None:
    member_days.recompute(order_ids={event.payload["order_id"] for event in events})


for event_type in ("loyalty.order.recorded", "loyalty.order.refunded"):
    subscriptions.subscribe(
        event_type=event_type,
        subscriber="analytics.member_days",
        handler=update_member_days,
    )
