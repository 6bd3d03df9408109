"""How long facts take: all of them from the orders, and one more day's."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.services import fact_rebuilds, facts, member_days
from tests.benchmarks import purchases
from tests.benchmarks.report import say

# As many as a worker takes of what waits.
_HEARD = 500


@dataclass(frozen=True)
class Followed:
    """Seconds of a part of the work, and of the longest chunk of it behind one lock."""

    seconds: float
    longest: float


def rebuild() -> dict[str, Followed]:
    """By stage: all facts made of the orders."""
    found: dict[str, Followed] = {}
    for stage, seconds in _timed(reached.stage for reached in fact_rebuilds.rebuild()):
        before = found.get(stage, Followed(0, 0))
        found[stage] = Followed(before.seconds + seconds, max(before.longest, seconds))
    return found


def one_day(filled: purchases.Filled, *, members: int, orders: int, at: datetime) -> dict[str, Any]:
    """By stage: `orders` more orders of one day, heard of as a worker does, and followed."""
    ids = purchases.one_day(filled, members=members, orders=orders, at=at)
    parts = (ids[start : start + _HEARD] for start in range(0, len(ids), _HEARD))
    heard = [seconds for _, seconds in _timed(map(_hear, parts))]
    followed = [seconds for _, seconds in _timed(facts.refreshing(at=at))]
    return {
        f"{len(ids):,} orders heard of": Followed(sum(heard), max(heard)),
        "facts followed": Followed(sum(followed), max(followed)),
    }


def show(found: dict[str, Followed]) -> None:
    for name, one in found.items():
        say(f"  {name:<44} {one.seconds:>10,.1f} s, longest {one.longest:,.2f} s")


def _hear(order_ids: list[int]) -> int:
    member_days.recompute(order_ids=order_ids)
    return len(order_ids)


def _timed(parts: Any) -> Iterator[tuple[Any, float]]:
    """Each part with the seconds that it took to come."""
    began = time.monotonic()
    for part in parts:
        yield part, time.monotonic() - began
        began = time.monotonic()
