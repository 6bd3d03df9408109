"""How much two members look like one person, from what their cards have in common.

Weights are points of a score of 100 at most; what speaks against it takes points away. Source:
docs/algorithms/duplicates.md.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

# What two cards may share, and how much that says.
WEIGHTS: Mapping[str, int] = {
    "email": 70,
    "device": 40,
    "name": 30,
    "external_id": 30,
    "birthday": 25,
    "phone_tail": 20,
    "store": 15,
    "birth_band": 5,
}
# What they have, each, and not the same.
AGAINST: Mapping[str, int] = {"other_birthday": -35, "other_name": -10, "other_gender": -15}
# From this score on somebody looks at the pair: the same name in the same store just reaches it.
THRESHOLD = 45
MOST = 100


@dataclass(frozen=True)
class Likeness:
    """What two cards have in common, and what tells them apart: codes of `WEIGHTS` and
    `AGAINST`."""

    shared: frozenset[str]
    differing: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Judgment:
    """A score of 0 to 100, and the codes that made it with their points."""

    score: int
    reasons: Mapping[str, int]

    @property
    def is_candidate(self) -> bool:
        return self.score >= THRESHOLD


def judge(likeness: Likeness) -> Judgment:
    """The score: what is shared, less what differs, between 0 and 100. The birth band counts
    only beside the birthday itself: a fifth of all people are of it."""
    shared = set(likeness.shared)
    if "birthday" not in shared:
        shared.discard("birth_band")
    reasons = {code: points for code, points in WEIGHTS.items() if code in shared}
    reasons |= {code: points for code, points in AGAINST.items() if code in likeness.differing}
    total = sum(reasons.values())
    return Judgment(max(0, min(MOST, total)), reasons)


def has_new_reason(now: Mapping[str, int], dismissed: Collection[str]) -> bool:
    """Whether something is shared now that was not when somebody said that they are two."""
    return any(points > 0 and code not in dismissed for code, points in now.items())
