"""Badges worn and lost."""

from dataclasses import dataclass

from members.registry.facts import Fact, fact


@fact("loyalty.badge.earned")
@dataclass(frozen=True, kw_only=True)
class BadgeEarned(Fact):
    badge: str


@fact("loyalty.badge.lost")
@dataclass(frozen=True, kw_only=True)
class BadgeLost(Fact):
    badge: str
