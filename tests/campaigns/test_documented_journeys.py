"""docs/algorithms/journeys.md, row by row."""

import pytest

from campaigns.rules import journey_mistakes, journey_reading, journeys
from campaigns.rules.journey_reading import READERS, BadSteps
from campaigns.rules.journey_steps import WAYS, Kind
from campaigns.services import step_calls
from tests import documented

PAGE = "algorithms/journeys.md"
BRANCH = {"kind": "BRANCH", "condition": {"field": "member.state"}}
MESSAGE = {"kind": "MESSAGE", "template": "t", "media": ["SMS"]}
WAIT = {"kind": "WAIT", "minutes": 5}
# A whole step of each kind that says a number.
WHOLE = {
    "WAIT": WAIT,
    "WAIT_EVENT": {"kind": "WAIT_EVENT", "event": "x", "minutes": 5},
    "MESSAGE": MESSAGE,
    "GRANT": {"kind": "GRANT", "what": "POINTS", "points": 1},
    "TASK": {"kind": "TASK", "title_en": "Call"},
}


def rows(heading):
    return documented.rows(PAGE, heading)


def read(**step):
    return journeys.read([{"id": "s1", **step}], arms=["a", "b"])


def test_the_table_has_every_kind_of_step():
    assert [row.text("kind") for row in rows("The steps")] == list(READERS) == list(Kind)


@pytest.mark.parametrize("row", rows("The steps"), ids=str)
def test_ways_and_bounds_are_those_of_the_table(row):
    kind = row.text("kind")
    told = [] if row.cells["ways"] == "–" else row.cells["ways"].split(", ")
    ways = ["a", "b"] if kind == Kind.SPLIT else list(WAYS.get(Kind(kind), ()))
    assert ways == told
    if not row.cells["least"]:
        return
    name = "expires_hours" if kind == Kind.MESSAGE else row.cells["says"].split("`")[1]
    for number in (row.number("least"), row.number("most")):
        read(**{**WHOLE[kind], name: number})
    for number in (row.number("least") - 1, row.number("most") + 1):
        with pytest.raises(BadSteps) as refused:
            read(**{**WHOLE[kind], name: number})
        assert refused.value.where == f"steps[0].{name}"


def test_the_flow_is_the_one_of_the_table():
    split = {
        "id": "s",
        "kind": "SPLIT",
        "a": [{"id": "x", **WAIT}],
        "b": [{"id": "e", "kind": "END"}],
    }
    flow = journeys.read(
        [
            {"id": "w", **WAIT},
            {"id": "b", **BRANCH, "yes": [{"id": "y", **MESSAGE}]},
            split,
            {"id": "z", **MESSAGE},
        ],
        arms=["a", "b"],
    )

    told = {}
    for row in rows("Reading"):
        ways = [part.split() for part in row.cells["ways"].split(", ") if part]
        following = row.text("goes on to")
        told[row.text("step")] = (
            following if following not in ("", "–") else None,
            {way: step.strip("`") for way, step in ways},
        )
    assert flow.first == "w"
    assert {one.id: (one.next, dict(one.ways)) for one in flow.steps.values()} == told


def test_limits_are_those_of_the_table():
    assert [row.number("value") for row in rows("Limits")] == [
        journeys.MOST_STEPS,
        journeys.MOST_DEPTH,
        journey_reading.MOST_MINUTES,
        journey_reading.MOST_COUNT,
    ]


def test_mistakes_are_told_at_the_places_of_the_table():
    written = [
        {"id": "s1", "kind": "WAIT", "minutes": 0},
        {
            "id": "s2",
            "kind": "BRANCH",
            "yes": [{"id": "s3", "kind": "WAIT", "minutes": "soon"}],
        },
        {"id": "s4", "kind": "MESSAGE", "media": ["SMS"]},
    ]

    found = journey_mistakes.find(written, arms=["a"]).mistakes

    told = [(row.text("place"), row.text("mistake")) for row in rows("Mistakes")]
    assert [(one.where, one.code) for one in found] == told


def test_calls_are_tried_again_at_the_distances_of_the_table():
    waits = [int(wait.total_seconds()) // 60 for wait in step_calls.BACK_OFF]

    assert [row.number("wait, minutes") for row in rows("Telling other systems")] == waits
    assert [row.number("in all, minutes") for row in rows("Telling other systems")] == [
        sum(waits[: count + 1]) for count in range(len(waits))
    ]
