"""A rule that can never come true is told before approval, with its place."""

import pytest

from campaigns.models import Campaign
from campaigns.rules import entries
from campaigns.services import entry_rule_checks

VIEW, ORDER = "members.behavior.noticed", "loyalty.order.recorded"
WITHOUT = {"event": "loyalty.tier.upgraded"}


@pytest.mark.parametrize(
    ("rule", "places"),
    [
        ({"event": ORDER, "matches": {"net_amount_at_least": 1, "is_first": True}}, []),
        ({"event": VIEW, "behavior": "product_view", "same": "product", "keys": ["day"]}, []),
        ({"event": "loyalty.order.dreamt"}, ["entry_rule.event"]),
        ({"event": "campaigns.message.sent"}, ["entry_rule.event"]),
        ({"event": VIEW, "behavior": "dance"}, ["entry_rule.behavior"]),
        ({"event": ORDER, "behavior": "product_view"}, ["entry_rule.behavior"]),
        ({"event": ORDER, "matches": {"color": "red"}}, ["entry_rule.matches"]),
        ({"event": ORDER, "matches": {"store_at_least": 1}}, ["entry_rule.matches"]),
        ({"event": "loyalty.tier.upgraded", "keys": ["product"]}, ["entry_rule.keys"]),
        ({"event": "members.survey.answered", "keys": ["order"]}, ["entry_rule.keys"]),
        (
            {"event": VIEW, "without": WITHOUT, "without_minutes": 5, "same": "product"},
            ["entry_rule.same"],
        ),
    ],
)
def test_each_mistake_has_its_place(rule, places):
    campaign = Campaign(entry="EVENT", entry_rule=rule)
    found = entry_rule_checks.problems(campaign, entries.read("EVENT", rule))
    assert [where for where, _text in found] == places


def test_endings_are_events_that_somebody_tells():
    campaign = Campaign(
        exits=[{"event": ORDER}, {"event": f"{VIEW}:remove_from_cart"}, {"event": "nothing"}],
        goal_event=f"{VIEW}:dance",
    )
    found = entry_rule_checks.problems(campaign, entries.NowEntry())
    assert [where for where, _text in found] == ["exits", "goal_event"]


def test_a_condition_that_can_not_be_read_is_told():
    campaign = Campaign(condition={"field": "gone", "op": "eq", "value": 1})
    found = entry_rule_checks.problems(campaign, entries.NowEntry())
    assert [where for where, _text in found] == ["condition"]
