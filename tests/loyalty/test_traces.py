"""The decision trace in the words that a clerk reads out."""

import pytest
from django.utils import translation

from loyalty.admin import order_fields, traces
from loyalty.admin.traces import Names
from members.registry.fields import Words

NAMES = Names({"base": "Base", "weekend": "Weekend", "gift": "Welcome"}, {"gold": "Gold"})
NAMES.said._choices.update(
    {"time.weekday": {5: "Friday", 6: "Saturday", 7: "Sunday"}, "store.code": {"SH01": "Jing'an"}}
)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def told(*rules, **trace):
    found = {
        "eligible_amount": 10_000,
        "tier": "gold",
        "coefficient_percent": 150,
        "tier_points": 0,
        "earned_points": 300,
        "rules": list(rules),
        **trace,
    }
    return traces.told(found, total_amount=12_000, currency="CNY", names=NAMES)


def row(code="weekend", **changes):
    return {"rule": code, "version": 2, "effect": "MULTIPLIER", "hit": True, **changes}


BASE = row("base", version=1, effect="PER_AMOUNT", rate=1, per_amount=100, points=100)


def test_a_judgment_is_told_in_its_order():
    bonus = row("gift", effect="FIXED", rate=50, points=30, trimmed={"by": "budget", "points": 20})
    twice = row(percent=200, points=150, lines=[1, 3])

    assert told(twice, BASE, bonus, tier_points=50, trimmed={"by": "daily_cap", "points": 30}) == [
        "Of ¥120.00, ¥100.00 were paid in money for goods that earn points.",
        "Rule “Base”, version 1: 1 point per ¥1, 100 points.",
        "Tier Gold, points × 1.5, adds 50 points.",
        "Rule “Weekend”, version 2: points × 2 on item 1 and 3, 150 points.",
        (
            "Rule “Welcome”, version 2: 50 points once per order, 30 points. 20 points more were "
            "cut: the rule's budget is used up."
        ),
        "The programme cuts 30 points: so many per day at most.",
        "Result: 300 points.",
    ]


@pytest.mark.parametrize(
    ("miss", "why"),
    [
        ({"why": "store"}, "it isn't live in this store"),
        ({"why": "no_money"}, "nothing was paid in money for the goods it counts"),
        (
            {"why": "min_amount", "wanted": 20_000, "seen": 9_950},
            "from ¥200 on, and it was ¥99.50",
        ),
        ({"why": "min_quantity", "wanted": 3, "seen": 2}, "from 3 pieces on, and it was 2"),
        ({"why": "member_cap"}, "so many per member at most"),
        ({"why": "lost", "to": "base"}, "“Base” gives more, and only the best counts"),
        ({"why": "lost", "to": "gold"}, "“Gold” gives more, and only the best counts"),
        (
            {"why": "not_in_force", "from": "2026-11-30T16:00:00+00:00"},
            "it begins on 1 Dec 2026",
        ),
        (
            {"why": "not_in_force", "until": "2026-10-31T16:00:00+00:00"},
            "it ended on 1 Nov 2026",
        ),
        (
            {
                "why": "condition",
                "field": "time.weekday",
                "op": "in",
                "wanted": [6, 7],
                "seen": 5,
            },
            "only if on Saturday or Sunday, and it was Friday",
        ),
        (
            {
                "why": "condition",
                "field": "time.date",
                "op": "between",
                "wanted": ["2026-11-01", "2026-11-11"],
                "seen": "2026-11-12",
            },
            "only if from 1 Nov 2026 to 11 Nov 2026, and it was 12 Nov 2026",
        ),
        (
            {
                "why": "condition",
                "field": "member.is_first_order",
                "op": "is",
                "wanted": True,
                "seen": False,
            },
            "only if it is the member's first purchase",
        ),
        (
            {"why": "condition", "field": "gone", "op": "eq", "wanted": 1, "seen": 2},
            "its condition isn't met",
        ),
        ({"why": "something_new"}, "something_new"),
    ],
)
def test_a_rule_that_missed_says_why(miss, why):
    assert told(row(hit=False, **miss))[1] == (f"Rule “Weekend”, version 2, gives nothing: {why}.")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("no_rule", "No earning rule was in force at that time: no points."),
        ("no_money", "Nothing of it was paid in money: no points."),
        ("no_member", "The buyer was not a member: no points."),
    ],
)
def test_an_order_without_points_says_why(code, sentence):
    assert told(missed=code)[1:] == [sentence]


def test_a_trace_of_one_plain_rule_is_told_as_before():
    trace = {
        "eligible_amount": 10_000,
        "rule": "base",
        "version": 1,
        "per_amount": 100,
        "points": 1,
        "base_points": 100,
        "tier": "gold",
        "coefficient_percent": 150,
        "earned_points": 150,
        "late": True,
    }

    assert traces.told(trace, total_amount=10_000, currency="CNY", names=NAMES)[1:] == [
        "Rule “Base”, version 1: 1 point per ¥1 make 100 points.",
        "Tier Gold multiplies by 1.5, rounded down once per order.",
        "The order arrived late and was judged as of its own day.",
        "Result: 150 points.",
    ]


def test_every_field_has_words_and_every_word_a_field():
    vocabulary = Words(order_fields.VOCABULARY).vocabulary

    assert set(vocabulary.fields) == set(vocabulary.wordings)
