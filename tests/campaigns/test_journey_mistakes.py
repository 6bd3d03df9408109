"""Whoever builds a journey is told every mistake at its place, in words of both languages."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from campaigns.admin import journey_mistakes
from campaigns.rules import entries, journey_reading, journeys
from campaigns.rules import journey_mistakes as rules
from campaigns.rules.entries import BadEntry
from campaigns.rules.journey_reading import BadSteps

WAIT = {"id": "s1", "kind": "WAIT", "minutes": 30}
END = {"id": "s9", "kind": "END"}


def found(steps, arms=("a",)):
    return [(one.where, one.code) for one in rules.find(steps, arms=arms).mistakes]


def test_a_journey_without_mistakes_has_none_and_all_its_steps_are_read():
    branch = {"id": "s2", "kind": "BRANCH", "condition": {"x": 1}, "yes": [END], "no": []}

    told = rules.find([WAIT, branch])

    assert told.mistakes == []
    assert list(told.steps) == ["steps[0]", "steps[1]", "steps[1].yes[0]"]


def test_every_mistake_is_told_at_once_at_its_own_place():
    branch = {
        "id": "s2",
        "kind": "BRANCH",
        "condition": {},
        "yes": [{**WAIT, "id": "s3", "minutes": 0}],
        "no": [{"id": "s4", "kind": "MESSAGE", "template": "", "media": ["SMS"]}],
    }

    assert found([{**WAIT, "minutes": "soon"}, branch, {"id": "s5", "kind": "DANCE"}]) == [
        ("steps[0].minutes", "number_out_of_bounds"),
        ("steps[1].condition", "missing"),
        ("steps[1].yes[0].minutes", "number_out_of_bounds"),
        ("steps[1].no[0].template", "missing"),
        ("steps[2].kind", "unknown_kind"),
    ]


def test_what_can_be_read_is_read_although_its_neighbor_cannot():
    told = rules.find([WAIT, {"id": "s2", "kind": "WAIT"}])

    assert [step.id for step in told.steps.values()] == ["s1"]


def test_mistakes_of_the_whole_are_told_when_no_step_has_one():
    assert found([WAIT, WAIT]) == [("steps[0].id", "id_twice")] or found([WAIT, WAIT]) == [
        ("steps[1].id", "id_twice")
    ]
    assert found([{**WAIT, "id": f"s{n}"} for n in range(51)])[0][1] == "too_many_steps"
    assert found("steps") == [("steps", "not_a_list")]


def test_ways_that_nest_too_deep_are_told_where_they_do():
    steps = [WAIT]
    for depth in range(4):
        inner = steps
        steps = [{"id": f"b{depth}", "kind": "SPLIT", "a": inner}]

    assert found(steps) == [("steps[0].a[0].a[0].a[0].a", "too_deep")]


def test_a_tree_without_end_is_not_walked_without_end():
    steps = [WAIT]
    for depth in range(200):
        steps = [{"id": f"b{depth}", "kind": "SPLIT", "a": steps}]

    assert [code for _where, code in found(steps)] == ["too_deep"]


def codes_of(*modules, calls=r"(?:_?fail)"):
    pattern = re.compile(calls + r"\(\s*[^,()]*(?:\([^)]*\))?[^,]*,\s*\"([a-z_]+)\"")
    return {
        code for module in modules for code in pattern.findall(Path(module.__file__).read_text())
    }


def test_each_mistake_of_steps_has_words():
    assert codes_of(journey_reading, journeys) == set(journey_mistakes.STEPS)


def test_each_mistake_of_entries_has_words():
    assert codes_of(entries) <= set(journey_mistakes.ENTRIES)


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (
            BadSteps("steps[0].minutes", "number_out_of_bounds", least=1, most=90),
            "Give a whole number from 1 to 90.",
        ),
        (BadSteps("steps[0].template", "missing"), "Choose a text."),
        (BadSteps("steps[0]", "too_many_steps", most=50), "A journey has at most 50 steps"),
        (BadSteps("steps[0]", "brand_new"), "brand_new"),
    ],
)
def test_a_mistake_says_how_to_mend_it(mistake, said):
    with translation.override("en"):
        assert journey_mistakes.of_steps(mistake).startswith(said)


def test_a_mistake_of_an_entry_says_how_to_mend_it():
    with translation.override("en"):
        told = journey_mistakes.of_entry(BadEntry("times", "number_out_of_bounds", least=1, most=9))

    assert told == "Give a whole number from 1 to 9."
