"""Promises that were kept, and taken back."""

from dataclasses import dataclass

from members.registry.facts import Fact, fact


@fact("loyalty.prize.given")
@dataclass(frozen=True, kw_only=True)
class PrizeGiven(Fact):
    """`origin` is what promised it, as `REFERRAL`, `CHALLENGE` or `CAMPAIGN`; points are 0 for
    other kinds."""

    prize: str
    origin: str
    what: str
    points: int


@fact("loyalty.prize.undone")
@dataclass(frozen=True, kw_only=True)
class PrizeUndone(Fact):
    """Its reason fell away: an order came back, a friend was none."""

    prize: str
    origin: str
    what: str
    reason: str
