"""What this app hears of: events that campaigns are triggered by."""

from collections.abc import Sequence
from datetime import datetime

from campaigns.services import triggers
from members.models import Event
from members.registry import subscriptions

# Types that a campaign may choose as its trigger; campaigns.selectors.variables says what each
# offers to texts.
TRIGGERS = ("loyalty.tier.upgraded", "members.appointment.due")


def trigger(events: Sequence[Event], at: datetime) -> None:
    triggers.fire(events=events, at=at)


for event_type in TRIGGERS:
    subscriptions.subscribe(event_type=event_type, subscriber="campaigns.triggers", handler=trigger)
