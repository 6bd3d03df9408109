"""Pairs that may be one person, merges that were made, and rules of the finder."""

from collections.abc import Sequence
from datetime import datetime

from members.models import DuplicateCandidate, DuplicatePolicy, Member, MemberMerge
from members.services import duplicates


def fill(people: Sequence[Member], *, at: datetime) -> None:
    """The rows of merges alone: merging the people would empty what other tables are filled
    with."""
    DuplicatePolicy.objects.create(pk=duplicates.THE_ONE)
    first = people[0]
    for other in people[1:]:
        DuplicateCandidate.objects.create(
            first=first, second=other, score=60, reasons={"name": 30}, found_at=at
        )
        MemberMerge.objects.create(
            survivor=first, retired=other, merged_at=at, undone_at=at, reason="one person"
        )
