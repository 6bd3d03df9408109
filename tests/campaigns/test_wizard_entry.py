"""How members come in: each rule as the wizard's fields, and back without a change."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from campaigns.admin import wizard_entry

ZONE = ZoneInfo("Asia/Shanghai")
VIEWED = {
    "event": "members.behavior.noticed",
    "behavior": "product_view",
    "times": 2,
    "minutes": 1440,
    "same": "product",
    "without": {"event": "loyalty.order.recorded", "behavior": ""},
    "without_minutes": 30,
    "keys": ["product", "day"],
}
RULES = [
    ("NOW", {}),
    ("AT", {"at": "2026-03-08T18:30:00+08:00"}),
    ("RECURRING", {"weekdays": [0, 4], "clock": "09:30"}),
    ("RECURRING", {"month_days": [1, 15, 31], "clock": "10:00"}),
    ("EVENT", VIEWED),
    ("EVENT", {"event": "loyalty.tier.upgraded", "times": 1, "matches": {"to_tier": "gold"}}),
    ("EVENT", {"event": "loyalty.points.lapsing"}),
    (
        "EVENT",
        {
            "event": "loyalty.order.recorded",
            "without": {"event": "loyalty.order.refunded", "matches": {"x": 1}},
            "without_minutes": 60,
            "keys": ["member"],
        },
    ),
    ("DATE", {"date": "BIRTHDAY", "days": -7, "clock": "09:00"}),
    ("DATE", {"date": "JOINED", "days": 3, "clock": "09:00"}),
    ("STATE", {"clock": "10:00"}),
]


@pytest.mark.parametrize(("kind", "rule"), RULES)
def test_a_rule_is_the_same_behind_the_form_as_before_it(kind, rule):
    said = wizard_entry.read(kind, rule, zone=ZONE)

    assert wizard_entry.written(kind, said, kept=rule) == rule
    assert wizard_entry.problem(kind, rule) is None


def test_values_that_an_event_must_have_keep_their_kind():
    kept = {"event": "x.y", "times": 1, "matches": {"score": 30, "tier": "gold"}}
    said = wizard_entry.read("EVENT", kept, zone=ZONE)

    assert said["only_where"] == "score = 30\ntier = gold"
    again = wizard_entry.written(
        "EVENT", {**said, "only_where": "score = 30\ntier = vip"}, kept=kept
    )
    assert again["matches"] == {"score": 30, "tier": "vip"}


def test_an_instant_keeps_its_hour_on_the_wall():
    said = wizard_entry.read("AT", {"at": "2026-03-08T18:30:00+08:00"}, zone=ZONE)

    assert said["at"] == datetime(2026, 3, 8, 18, 30, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("kind", "said", "field", "told"),
    [
        ("AT", {"at": None}, "at", "Give a day and a time."),
        ("RECURRING", {"clock": time(10)}, "weekdays", "Choose days of the week"),
        ("RECURRING", {"weekdays": ["1"]}, "clock", "Give a time, such as 09:00."),
        ("EVENT", {}, "event", "Choose what happens."),
        ("EVENT", {"event": "x", "times": 3}, "within", "Give a number from 1 to 129600."),
        (
            "EVENT",
            {"event": "x", "without_event": "y"},
            "without_within",
            "Give a number from 1 to 129600.",
        ),
        ("STATE", {}, "clock", "Give a time, such as 09:00."),
    ],
)
def test_what_is_missing_is_told_at_its_field(kind, said, field, told):
    rule = wizard_entry.written(kind, said, kept={})

    found = wizard_entry.problem(kind, rule)

    assert found is not None
    assert found[0] == field
    with translation.override("en"):
        assert told in str(wizard_entry.problem(kind, rule)[1])


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("1, 15，31", [1, 15, 31]), ("1 2、3", [1, 2, 3]), ("", []), ("1, x", None)],
)
def test_days_of_a_month_are_read_as_people_type_them(text, numbers):
    assert wizard_entry.numbers(text) == numbers


@pytest.mark.parametrize(
    ("text", "pairs"),
    [("a = b\n\n c=d ", {"a": "b", "c": "d"}), ("gold", None), ("a =", None), ("", {})],
)
def test_what_an_event_must_say_is_read_line_by_line(text, pairs):
    assert wizard_entry.pairs(text) == pairs
