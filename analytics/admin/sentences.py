"""This app's events have no line on the timeline: the tab of metrics shows what changed, from rows
that go when a member objects."""

from collections.abc import Sequence

from analytics.events import ClassChanged, HealthFallen
from members.models import Event
from members.registry import sentences
from members.registry.sentences import Sentence


def register() -> None:
    """Called by `apps.ready`."""
    folded = (ClassChanged.type, HealthFallen.type)
    sentences.add_narrator(app="analytics", narrate=narrate, folded=folded)


def narrate(events: Sequence[Event]) -> dict[int, Sentence]:
    return {}
