"""What this app hears of: events that bring members into campaigns, and those that end them."""

from collections.abc import Sequence
from datetime import datetime

# Their facts must be known below, whichever app is ready first.
from analytics import events as _analytics_events  # noqa: F401
from campaigns.registry import trigger_events
from campaigns.services import event_wants, exits, triggers
from members.models import Event
from members.registry import behavior_events, subscriptions
from members.registry.facts import FACTS

TRIGGERS, EXITS = "campaigns.triggers", "campaigns.exits"


def trigger(events: Sequence[Event], at: datetime) -> None:
    """From the worker: whoever did what a campaign waits for comes in."""
    triggers.hear(events=events, at=at)


def end(events: Sequence[Event], at: datetime) -> None:
    """From the worker: what happened ends campaigns for members, or lets them go on."""
    exits.hear(events=events, at=at)


for _type in sorted(FACTS):
    if _type == behavior_events.NOTICED:
        continue
    if trigger_events.may_hear(_type):
        subscriptions.subscribe(
            event_type=_type,
            subscriber=TRIGGERS,
            handler=trigger,
            wants=event_wants.wants_entry(_type),
        )
    if trigger_events.may_end(_type):
        subscriptions.subscribe(
            event_type=_type, subscriber=EXITS, handler=end, wants=event_wants.wants_end(_type)
        )
behavior_events.listen(
    subscriber=TRIGGERS,
    wants=event_wants.behaviors_that_enter,
    handler=trigger,
    listens=event_wants.wants_entry(behavior_events.NOTICED),
)
behavior_events.listen(
    subscriber=EXITS,
    wants=event_wants.behaviors_that_end,
    handler=end,
    listens=event_wants.wants_end(behavior_events.NOTICED),
)
