"""Whatever a campaign may begin with, end at, or wait for is told to it."""

from campaigns.registry import trigger_events
from campaigns.subscribers import EXITS, TRIGGERS
from members.registry import subscriptions
from members.registry.behavior_events import NOTICED
from members.registry.facts import FACTS


def told_to(subscriber):
    return {event for event, name, _at_once in subscriptions.table() if name == subscriber}


def test_each_event_that_may_begin_a_campaign_is_told_to_it():
    assert set(trigger_events.all_events()) - told_to(TRIGGERS) - {NOTICED} == set()


def test_each_event_that_may_end_a_campaign_is_told_to_it():
    ends = {event for event in FACTS if trigger_events.may_end(event)}
    assert ends - told_to(EXITS) - {NOTICED} == set()
