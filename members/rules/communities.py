"""What inviting brings, and how far a member reaches.

Source: docs/algorithms/communities.md.
"""

from collections.abc import Mapping

# What one person is worth by ring: those whom a member brought, those whom these brought, and on.
RING_WORTH: Mapping[int, int] = {1: 100, 2: 50, 3: 25}
RINGS = len(RING_WORTH)
MOST_INFLUENCE = 10_000


def steps_reached(invited_count: int, goal: int) -> int:
    """How often a goal of so many invitations is reached; a goal of 0 never."""
    return invited_count // goal if goal else 0


def steps_to_tell(invited_count: int, goal: int, told: int) -> range:
    """The steps that are reached and were never told, from 1 on. Who lost invitations and won
    others climbs the same steps, which are told once."""
    return range(told + 1, steps_reached(invited_count, goal) + 1)


def influence(people_by_ring: Mapping[int, int]) -> int:
    """100 for each person in the first ring, 50 in the second, 25 in the third; 10,000 at most."""
    total = sum(RING_WORTH.get(ring, 0) * count for ring, count in people_by_ring.items())
    return min(total, MOST_INFLUENCE)
