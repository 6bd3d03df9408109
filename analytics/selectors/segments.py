"""Segments and their members, as the last build left them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from django.db import connection
from django.db.models import QuerySet

from analytics.models import Segment, SegmentMember
from members.errors import DomainError, NotFound
from members.models import Member
from members.selectors import member_reach

OVERLAP_LEAST, OVERLAP_MOST = 2, 5


class OverlapTooWide(DomainError):
    """Compare two to five different segments."""

    code = "overlap_too_wide"


@dataclass(frozen=True)
class Overlap:
    """`members` by segment; `exactly`: how many are in just these segments and no other of the
    asked; `together`: how many are in all of these, at least."""

    codes: tuple[str, ...]
    members: Mapping[str, int]
    exactly: Mapping[frozenset[str], int]
    together: Mapping[frozenset[str], int]


def living() -> QuerySet[Segment]:
    """Those that aren't archived."""
    return Segment.objects.filter(is_archived=False).select_related("tag").order_by("code")


def by_code(*, code: str) -> Segment:
    """Raises: NotFound."""
    # No code has the sign that no text of the database can hold.
    rows = living().filter(code=code) if "\0" not in code else Segment.objects.none()
    found: Segment | None = rows.first()
    if found is None:
        raise NotFound
    return found


def of_member(*, member_id: int) -> list[SegmentMember]:
    """The member's segments, by code; none of whom nothing is computed any more."""
    rows = SegmentMember.objects.filter(member_id=member_id, segment__is_archived=False)
    return list(_open(rows).select_related("segment").order_by("segment__code"))


def since(*, segment_id: int, member_id: int) -> datetime | None:
    """Since which build the member is in the segment; None: they aren't."""
    rows = _open(SegmentMember.objects.filter(segment_id=segment_id, member_id=member_id))
    found: datetime | None = rows.values_list("since_at", flat=True).first()
    return found


def page(*, before_id: int | None, limit: int) -> list[Segment]:
    """Newest first."""
    rows = Segment.objects.filter(is_archived=False).select_related("tag").order_by("-pk")
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return list(rows[:limit])


def overlap(*, codes: Sequence[str]) -> Overlap:
    """How two to five segments lie over each other, as their last builds left them.

    Raises: OverlapTooWide; NotFound.
    """
    chosen = tuple(dict.fromkeys(codes))
    if not OVERLAP_LEAST <= len(chosen) <= OVERLAP_MOST:
        raise OverlapTooWide
    segments = [by_code(code=code) for code in chosen]
    with connection.cursor() as cursor:
        cursor.execute(_MASKS, {"ids": [segment.pk for segment in segments]})
        masks = dict(cursor.fetchall())
    exactly = {
        frozenset(code for bit, code in enumerate(chosen) if mask & (1 << bit)): count
        for mask, count in masks.items()
    }
    together = {
        frozenset(some): sum(n for codes, n in exactly.items() if codes.issuperset(some))
        for size in range(1, len(chosen) + 1)
        for some in combinations(chosen, size)
    }
    members = {code: together[frozenset([code])] for code in chosen}
    return Overlap(chosen, members, exactly, together)


def reach(*, segment_id: int, at: datetime) -> dict[str, dict[str, int]]:
    """By purpose and medium how many of its members are reached: `{"MARKETING": {"SMS": 12…`."""
    return member_reach.reach_of(
        members="SELECT member_id FROM analytics_segmentmember WHERE segment_id = %(segment)s",
        params={"segment": segment_id},
        at=at,
    )


def _open(rows: QuerySet[SegmentMember]) -> QuerySet[SegmentMember]:
    return rows.filter(member__state=Member.State.ACTIVE, member__is_profiled=True)


# Bit n: is in the n-th of the segments.
_MASKS = """
SELECT mask, count(*) FROM (
  SELECT sm.member_id, bit_or(1 << (array_position(%(ids)s::bigint[], sm.segment_id) - 1)) AS mask
  FROM analytics_segmentmember sm
  JOIN members_member m ON m.id = sm.member_id AND m.state = 'ACTIVE' AND m.is_profiled
  WHERE sm.segment_id = ANY(%(ids)s::bigint[])
  GROUP BY sm.member_id
) each GROUP BY mask
"""
