"""What this app hears of: orders and refunds, and who is a member, for the roll-ups."""

from collections.abc import Sequence
from datetime import datetime

from analytics.services import facts, member_days, score_privacy, segment_privacy
from members.models import Event
from members.registry import subscriptions


def update_member_days(events: Sequence[Event], at: datetime) -> None:
    member_days.recompute(order_ids={event.payload["order_id"] for event in events})


def mark_joined(events: Sequence[Event], at: datetime) -> None:
    """A card that was merged, parted or erased counts, or counts no more, on its own day."""
    ids = {event.member_id for event in events}
    ids |= {event.payload.get("retired_id") for event in events}
    facts.mark_joined(member_ids={one for one in ids if one is not None})


for event_type in ("loyalty.order.recorded", "loyalty.order.refunded"):
    subscriptions.subscribe(
        event_type=event_type,
        subscriber="analytics.member_days",
        handler=update_member_days,
    )

for event_type in (
    "members.member.registered",
    "members.member.merged",
    "members.member.unmerged",
    "members.member.erased",
):
    subscriptions.subscribe(
        event_type=event_type, subscriber="analytics.joined_days", handler=mark_joined
    )

# In the same transaction: what was computed of them goes with their word.
for event_type, forget in (
    ("members.profiling.refused", score_privacy.refused),
    ("members.member.restricted", score_privacy.restricted),
):
    subscriptions.subscribe_at_once(
        event_type=event_type, subscriber="analytics.member_scores", handler=forget
    )

for event_type in ("members.profiling.refused", "members.member.restricted"):
    subscriptions.subscribe_at_once(
        event_type=event_type, subscriber="analytics.segments", handler=segment_privacy.left
    )
