"""Behaviors that earned."""

from dataclasses import dataclass

from members.registry.facts import Fact, fact


@fact("loyalty.behavior.rewarded")
@dataclass(frozen=True, kw_only=True)
class BehaviorRewarded(Fact):
    """`points` may be 0, where a cap trimmed all of them; the day counts for the streak."""

    behavior: str
    kind: str
    points: int
    streak_days: int
