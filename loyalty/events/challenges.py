"""How far members came in challenges."""

from dataclasses import dataclass

from members.registry.facts import Fact, fact


@fact("loyalty.challenge.joined")
@dataclass(frozen=True, kw_only=True)
class ChallengeJoined(Fact):
    challenge: str


@fact("loyalty.challenge.reached")
@dataclass(frozen=True, kw_only=True)
class ChallengeReached(Fact):
    """The target was reached: `time` counts within the window that begins on `window_on`, which
    is empty where it has none. `award` names this time it was reached."""

    challenge: str
    award: int
    time: int
    window_on: str


@fact("loyalty.challenge.prize_owed")
@dataclass(frozen=True, kw_only=True)
class ChallengePrizeOwed(Fact):
    """One prize of several couldn't be given yet, such as a coupon without stock; the others
    were."""

    challenge: str
    award: int
    prize: int


@fact("loyalty.challenge.undone")
@dataclass(frozen=True, kw_only=True)
class ChallengeUndone(Fact):
    """What it was reached with came back; its prizes are taken back."""

    challenge: str
    award: int
    time: int
    window_on: str
