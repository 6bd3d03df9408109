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


COUPON = {"id": "g1", "kind": "GRANT", "what": "COUPON", "code": "ten"}
POINTS = {"id": "g1", "kind": "GRANT", "what": "POINTS", "points": 50}
BADGE = {"id": "g1", "kind": "GRANT", "what": "BADGE", "code": "star"}
GIVEN = "loyalty.coupon.granted"


@pytest.mark.parametrize(
    ("rule", "step", "days", "is_endless"),
    [
        ({"event": GIVEN}, COUPON, None, True),
        ({"event": GIVEN, "matches": {"coupon_type": "ten"}}, COUPON, None, True),
        ({"event": GIVEN, "matches": {"coupon_type": ["six", "ten"]}}, COUPON, None, True),
        ({"event": GIVEN, "matches": {"coupon_type": "six"}}, COUPON, None, False),
        ({"event": GIVEN, "keys": ["day"]}, COUPON, None, False),
        ({"event": GIVEN}, COUPON, 7, False),
        ({"event": GIVEN}, POINTS, None, False),
        ({"event": "loyalty.points.earned"}, POINTS, None, True),
        ({"event": "loyalty.prize.given"}, BADGE, None, True),
        ({"event": "loyalty.order.recorded"}, POINTS, None, False),
    ],
)
def test_a_gift_that_would_bring_the_member_in_again_without_end_is_told(
    rule, step, days, is_endless
):
    way = {"id": "b1", "kind": "BRANCH", "condition": {"all": []}, "yes": [step], "no": []}
    campaign = Campaign(entry="EVENT", entry_rule=rule, steps=[way], re_entry_days=days)
    found = entry_rule_checks.problems(campaign, entries.read("EVENT", rule))
    assert [where for where, _text in found] == (["entry_rule.keys"] if is_endless else [])
