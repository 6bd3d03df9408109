"""Deeds in a row are one line; the tables of docs/algorithms/behavior-events.md."""

from datetime import timedelta

import pytest
from django.utils import translation

from members.admin import behavior_words
from members.rules import behavior_events as kinds
from members.rules import behavior_runs
from members.rules.behavior_runs import Deed
from tests import documented, world

PAGE = "algorithms/behavior-events.md"


def _deed(number, kind, object_, minute, dwell):
    at = world.NOW + timedelta(minutes=minute)
    return Deed(number, kind, object_, "mini", at, dwell)


def test_the_runs_of_the_page():
    rows = documented.rows(PAGE, "Runs")
    deeds = [
        _deed(
            row.number("event"), row.text("kind"), row.text("object"),
            row.number("minute"), row.number("dwell"),
        )
        for row in rows
    ]  # fmt: skip

    runs = behavior_runs.fold(deeds)

    assert [deed.id for run in runs for deed in run.deeds] == [6, 5, 4, 3, 2, 1]
    expected = {row.number("event"): row.number("run") for row in rows}
    assert {d.id: number for number, run in enumerate(runs, 1) for d in run.deeds} == expected
    figures = [(len(run.deeds), run.objects, run.seconds) for run in runs]
    told = documented.rows(PAGE, "What the runs say")
    assert figures == [
        (row.number("events"), row.number("objects"), row.number("seconds")) for row in told
    ]


def test_another_channel_begins_another_run():
    first, second = _deed(2, "search", "", 1, 0), _deed(1, "search", "", 0, 0)
    other = Deed(second.id, second.kind, second.object, "web", second.occurred_at)

    assert len(behavior_runs.fold([first, second])) == 1
    assert len(behavior_runs.fold([first, other])) == 2


@pytest.mark.parametrize(
    ("kind", "objects", "text"),
    [
        ("product_view", ["SK-1", "SK-2", "SK-1"], "Viewed 2 products"),
        ("product_view", ["SK-1"], "Viewed a product"),
        ("add_to_cart", ["SK-1", "SK-2"], "Put into the cart: 2 products"),
        ("search", ["", ""], "Searched, 2 times"),
        ("forgotten", [""], "forgotten"),
    ],
)
def test_a_run_says_what_was_done(kind, objects, text):
    deeds = [_deed(n, kind, what, -n, 0) for n, what in enumerate(objects)]
    with translation.override("en"):
        assert behavior_words.run_text(behavior_runs.fold(deeds)[0]) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, ""), (48, "48 s"), (240, "4 min"), (4_200, "1 h 10 min")]
)
def test_a_duration_is_short(seconds, text):
    with translation.override("en"):
        assert behavior_words.duration(seconds) == text


def test_every_kind_has_its_words_and_at_most_20_attributes():
    assert set(behavior_words.WORDS) == set(kinds.KINDS)
    assert max(len(kind.allowed) for kind in kinds.KINDS.values()) <= 20


@pytest.mark.parametrize(
    ("text", "is_personal"),
    [
        ("13800138000", True),
        ("cream +86 138-0013-8000", True),
        ("call +44 20 7946 0958", True),
        ("alice@example.org", True),
        ("face cream 50ml", False),
        ("6901234567892", False),
        ("order 20261121", False),
    ],
)
def test_addresses_and_phones_are_seen_in_a_text(text, is_personal):
    assert kinds.looks_personal(text) is is_personal
