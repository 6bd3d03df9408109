"""Campaigns that meet the same members on one day.

Source: docs/campaigns.md, "The calendar".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

# How many members are in exactly these segments, and in no other of those that were asked about.
Groups = Mapping[frozenset[int], int]


@dataclass(frozen=True)
class Asked:
    """A campaign on a day, with the segment that it is for."""

    campaign_id: int
    segment_id: int


@dataclass(frozen=True)
class Collision:
    """`both_count` members are in the audience of both; `percent` of the smaller one."""

    first_id: int
    second_id: int
    both_count: int
    percent: float


def collisions(asked: Sequence[Asked], groups: Groups, *, share_percent: int) -> list[Collision]:
    """The pairs of campaigns of one day whose audiences overlap by `share_percent` of the smaller
    one or more, the largest first."""
    found = []
    for first, second in combinations(sorted(asked, key=lambda one: one.campaign_id), 2):
        both = _count(groups, {first.segment_id, second.segment_id})
        smaller = min(_count(groups, {one.segment_id}) for one in (first, second))
        percent = 100 * both / smaller if smaller else 0.0
        if both and percent >= share_percent:
            found.append(Collision(first.campaign_id, second.campaign_id, both, round(percent, 1)))
    return sorted(found, key=lambda one: (-one.both_count, one.first_id, one.second_id))


def over_cap(asked: Sequence[Asked], groups: Groups, *, most_count: int) -> int:
    """How many members more than `most_count` campaigns of one day are for: one message each."""
    return sum(
        count
        for segments, count in groups.items()
        if sum(one.segment_id in segments for one in asked) > most_count
    )


def _count(groups: Groups, wanted: set[int]) -> int:
    return sum(count for segments, count in groups.items() if wanted <= segments)
