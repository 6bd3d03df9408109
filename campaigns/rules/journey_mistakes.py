"""All that is wrong with a journey at once, each with its place: for whoever builds it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.rules import journeys
from campaigns.rules.journey_reading import BadSteps
from campaigns.rules.journey_steps import WAYS, Kind, Step

_ROOT = "steps[0]"
# How deep a text may nest before nobody looks at it any more.
_MOST_DEPTH = 12


@dataclass(frozen=True)
class Found:
    """`steps` are those that could be read, by their place; `mistakes` in the order of places.
    What is wrong with the whole (too many, too deep, an id twice) is told when nothing else is."""

    steps: Mapping[str, Step]
    mistakes: Sequence[BadSteps]


def find(written: Any, *, arms: Iterable[str] = ()) -> Found:
    """What can be read of these steps, and every mistake."""
    arms = tuple(arms)
    steps: dict[str, Step] = {}
    mistakes: list[BadSteps] = []
    for where, one in walk(written, arms=arms):
        try:
            steps[where] = _alone(one, where, arms)
        except BadSteps as mistake:
            mistakes.append(mistake)
    if not mistakes:
        mistakes = _of_whole(written, arms)
    return Found(steps, mistakes)


def walk(
    written: Any, *, arms: Sequence[str] = (), where: str = "steps", depth: int = 0
) -> Iterator[tuple[str, Any]]:
    """Each step with its place, those within its ways behind it."""
    if not isinstance(written, list) or depth > _MOST_DEPTH:
        return
    for at, one in enumerate(written):
        place = f"{where}[{at}]"
        yield place, one
        for way in ways_of(one, arms):
            inner = one.get(way, [])
            yield from walk(inner, arms=arms, where=f"{place}.{way}", depth=depth + 1)


def ways_of(one: Any, arms: Sequence[str]) -> Sequence[str]:
    """The ways of a step as it is written."""
    kind = one.get("kind") if isinstance(one, dict) else None
    if kind == Kind.SPLIT:
        return arms
    return WAYS.get(kind, ()) if isinstance(kind, str) else ()  # type: ignore[call-overload]


def _alone(one: Any, where: str, arms: Sequence[str]) -> Step:
    """The step by itself, its ways empty.

    Raises: BadSteps, with its place in the whole.
    """
    ways = set(ways_of(one, arms))
    bare = {key: value for key, value in one.items() if key not in ways} if ways else one
    try:
        flow = journeys.read([bare], arms=arms)
    except BadSteps as mistake:
        raise _moved(mistake, where) from None
    return next(iter(flow.steps.values()))


def _moved(mistake: BadSteps, where: str) -> BadSteps:
    place = mistake.where.replace(_ROOT, where, 1)
    return BadSteps(place, mistake.code, **mistake.values)


def _of_whole(written: Any, arms: Sequence[str]) -> list[BadSteps]:
    try:
        journeys.read(written, arms=arms)
    except BadSteps as mistake:
        return [mistake]
    return []
