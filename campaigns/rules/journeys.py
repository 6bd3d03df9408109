"""Journeys: a list of steps as operators write it, read into a flow that says what comes next.

A list is done from top to bottom; a step with several ways holds a list for each, behind which the
outer list goes on. Source: docs/algorithms/journeys.md.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from campaigns.rules.journey_reading import READERS, BadSteps, fail
from campaigns.rules.journey_steps import WAYS, Kind, Step

__all__ = ["MOST_DEPTH", "MOST_STEPS", "BadSteps", "Flow", "read"]

MOST_STEPS = 50
MOST_DEPTH = 4
_ID = re.compile(r"[a-z0-9]{1,12}")


@dataclass(frozen=True)
class Flow:
    """`first` None: nothing is done. `steps` in the order in which they are written."""

    first: str | None
    steps: Mapping[str, Step]

    def of_kind(self, kind: Kind) -> list[Step]:
        return [step for step in self.steps.values() if step.kind == kind]


def written_steps(written: Any) -> Iterator[Mapping[str, Any]]:
    """Each step as it is written, in whichever way it stands: also where one isn't complete."""
    for one in written if isinstance(written, list) else ():
        if isinstance(one, dict):
            yield one
            for inner in one.values():
                yield from written_steps(inner)


def read(written: Any, *, arms: Iterable[str] = ()) -> Flow:
    """The flow of these steps; `arms` are the codes that a split may have.

    Raises: BadSteps, with the place and a code.
    """
    reading = _Reading(arms=tuple(arms), steps={})
    first = reading.read_list(written, where="steps", after=None, depth=1)
    return Flow(first=first, steps=dict(reversed(reading.steps.items())))


@dataclass
class _Reading:
    arms: Sequence[str]
    # Last first: a step is made when what follows it is known.
    steps: dict[str, Step]

    def read_list(self, written: Any, *, where: str, after: str | None, depth: int) -> str | None:
        """The id of the list's first step; `after` comes behind its last one."""
        if not isinstance(written, list):
            fail(where, "not_a_list")
        if depth > MOST_DEPTH:
            fail(where, "too_deep", most=MOST_DEPTH)
        following = after
        for place, one in _backwards(written):
            following = self._read_step(one, f"{where}[{place}]", following, depth)
        return following

    def _read_step(self, written: Any, where: str, after: str | None, depth: int) -> str:
        if not isinstance(written, dict):
            fail(where, "not_an_object")
        step = _parse(written, where)
        if len(self.steps) >= MOST_STEPS:
            fail(where, "too_many_steps", most=MOST_STEPS)
        ways = {
            way: self.read_list(
                written.get(way, []), where=f"{where}.{way}", after=after, depth=depth + 1
            )
            for way in reversed(self._ways(step.kind))
        }
        if step.id in self.steps:
            fail(f"{where}.id", "id_twice", id=step.id)
        following = None if step.kind == Kind.END or ways else after
        # Read backwards, kept as written: of a split the first way is the first one.
        self.steps[step.id] = replace(step, next=following, ways=dict(reversed(ways.items())))
        return step.id

    def _ways(self, kind: Kind) -> Sequence[str]:
        return self.arms if kind == Kind.SPLIT else WAYS.get(kind, ())


def _parse(written: Mapping[str, Any], where: str) -> Step:
    step_id = written.get("id")
    if not isinstance(step_id, str) or not _ID.fullmatch(step_id):
        fail(f"{where}.id", "bad_id")
    kind = written.get("kind")
    if not isinstance(kind, str) or kind not in READERS:
        fail(f"{where}.kind", "unknown_kind", known=", ".join(READERS))
    return READERS[kind](written, where)


def _backwards(written: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    return reversed(list(enumerate(written)))
