"""Journeys that one form can hold."""

import pytest

from campaigns.rules import simple_journeys
from campaigns.rules.journey_steps import Kind

GIFT = {"id": "g", "kind": "GRANT", "what": "POINTS", "points": 50}
MESSAGE = {"id": "m", "kind": "MESSAGE", "template": "t", "media": ["SMS"], "mode": "FIRST"}
WAIT = {"id": "w", "kind": "WAIT", "minutes": 5}


@pytest.mark.parametrize("steps", [[], [GIFT], [MESSAGE], [GIFT, MESSAGE]])
def test_a_gift_and_a_message_are_simple(steps):
    assert simple_journeys.is_simple(steps)


@pytest.mark.parametrize("steps", [[MESSAGE, GIFT], [WAIT], [MESSAGE, WAIT], ["x"], [GIFT] * 2])
def test_anything_else_has_a_page_of_its_own(steps):
    assert not simple_journeys.is_simple(steps)


def test_steps_keep_the_ids_that_members_on_their_way_know_them_by():
    said = {"template": "other", "media": ["EMAIL"], "mode": "EACH"}

    written = simple_journeys.written({}, said, kept=[GIFT, MESSAGE])

    assert written == [
        {"id": "m", "kind": "MESSAGE", "template": "other", "media": ["EMAIL"], "mode": "EACH"}
    ]


def test_new_steps_get_ids_that_differ():
    message = {"template": "t", "media": ["SMS"], "mode": "FIRST"}

    first = simple_journeys.written({"what": "POINTS", "points": 1}, message, kept=[])
    second = simple_journeys.written(
        {"what": "POINTS", "points": 1}, message, kept=[{**MESSAGE, "id": "s1"}]
    )

    assert [one["id"] for one in first] == ["s1", "s2"]
    assert [one["id"] for one in second] == ["s1", "s1m"]


def test_the_part_of_a_kind_is_found_or_empty():
    assert simple_journeys.part([GIFT, MESSAGE], Kind.MESSAGE) == MESSAGE
    assert simple_journeys.part([GIFT], Kind.MESSAGE) == {}
