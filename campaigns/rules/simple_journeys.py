"""Journeys that one form can hold: at most one gift, then at most one message."""

from collections.abc import Mapping, Sequence
from typing import Any

from campaigns.rules.journey_steps import Kind

GIFT, MESSAGE = "s1", "s2"
_ORDERS = ((), (Kind.GRANT,), (Kind.MESSAGE,), (Kind.GRANT, Kind.MESSAGE))


def is_simple(steps: Sequence[Any]) -> bool:
    """Whether a form without a flow can say all of it."""
    if not all(isinstance(one, Mapping) for one in steps):
        return False
    return tuple(one.get("kind") for one in steps) in _ORDERS


def part(steps: Sequence[Mapping[str, Any]], kind: Kind) -> dict[str, Any]:
    """The step of this kind; empty where there is none."""
    return dict(next((one for one in steps if one.get("kind") == kind), {}))


def written(
    gift: Mapping[str, Any], message: Mapping[str, Any], *, kept: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The steps of what was filled in; empty parts are left out. Steps keep the ids that they have
    in `kept`: members on their way know them by these."""
    made = []
    for kind, fallback, said in ((Kind.GRANT, GIFT, gift), (Kind.MESSAGE, MESSAGE, message)):
        if said:
            made.append({"id": part(kept, kind).get("id", fallback), "kind": kind.value, **said})
    if len(made) == 2 and made[0]["id"] == made[1]["id"]:
        made[1]["id"] = f"{made[0]['id'][:11]}m"
    return made
