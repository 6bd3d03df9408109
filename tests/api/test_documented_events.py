"""The examples of docs/events-from-channels.md, as they stand there, and its list of kinds."""

import json
import re

import pytest
import time_machine

from members.models import BehaviorEvent
from members.rules.behavior_events import COMMON, KINDS
from tests import documented, world

PAGE = documented.DOCS / "events-from-channels.md"
EXAMPLE = re.compile(
    r"`POST /api/v1/([a-z/]+)`[^`]*?```json\n(.*?)```\n`(\d+)`\n```json\n(.*?)```", re.DOTALL
)


def holds(shown, expected):
    """Whether the answer has all that the page shows; "…" stands for anything."""
    if expected == "…":
        return shown is not None
    if isinstance(expected, dict):
        return all(holds(shown[name], value) for name, value in expected.items())
    if isinstance(expected, list):
        return len(shown) == len(expected) and all(map(holds, shown, expected))
    return shown == expected


@pytest.mark.django_db
def test_the_examples_are_answered_as_the_page_says(alice):
    examples = EXAMPLE.findall(PAGE.read_text())
    assert [path for path, *_ in examples] == ["events", "events/batch", "events"]

    with time_machine.travel(world.NOW, tick=False):
        mini = world.till(source="mini-app", channel="mini")
        for path, body, status, answer in examples:
            sent = mini.post(path, json.loads(body))
            assert sent.status_code == int(status), sent.content
            assert holds(sent.json(), json.loads(answer)), sent.json()

    assert set(BehaviorEvent.objects.values_list("member", flat=True)) == {alice.pk}
    assert BehaviorEvent.objects.filter(is_adopted=True).count() == 2


def test_the_list_of_kinds_is_that_of_the_code():
    rows = {row.text("kind"): row for row in documented.rows(PAGE.name, "Kinds")}

    assert set(rows) == set(KINDS)
    for code, kind in KINDS.items():
        row = rows[code]
        named = set(re.findall(r"`(\w+)`", row.cells["attributes"])) - {"store"}
        assert named == set(kind.allowed) - set(COMMON)
        assert (row.cells["dwell"] == "yes") is kind.has_dwell
        assert ("required" in row.cells["object"]) is kind.needs_object
        assert (row.cells["object"] == "–") is not bool(kind.object)
