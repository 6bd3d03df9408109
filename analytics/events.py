"""Facts that this app tells. docs/events.md lists them; a test compares.

They name the change, not the class: a row of the timeline can't be taken back, and what was
computed of a member goes when they object. Source: docs/decisions/0090-changes-of-class.md.
"""

from dataclasses import dataclass

from members.registry.facts import Fact, fact


@fact("analytics.class.changed")
@dataclass(frozen=True, kw_only=True)
class ClassChanged(Fact):
    """A member's class is another than the night before: `change` is the id of the row that says
    from which to which, `kind` the way of sorting."""

    member: str
    kind: str
    change: int


@fact("analytics.health.fallen")
@dataclass(frozen=True, kw_only=True)
class HealthFallen(Fact):
    """A member's health fell below the warning; `change` as in `analytics.class.changed`."""

    member: str
    change: int
