"""Members put into a segment, or kept out of it, by hand: whatever the condition says."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from analytics.models import Segment, SegmentBuild, SegmentMember, SegmentOverride
from analytics.services import segment_members, segments
from analytics.services.segments import SnapshotNeverChanges
from members.errors import DomainError
from members.models import Member

MOST = 100_000
_TOLD = 20
# What a change by hand is called among builds.
BY_HAND = "by hand"


class TooManyIds(DomainError):
    """The list is too long: at most 100,000 members at a time."""

    code = "too_many_ids"


class UnknownMembers(DomainError):
    """Some rows name no member: mend them, or leave them out. Nothing was changed."""

    code = "unknown_members"

    def __init__(self, rows: Sequence[int], count: int) -> None:
        """`rows` are the first of them, counted from 1; `count` is all of them."""
        super().__init__(rows=list(rows), count=count)


@dataclass(frozen=True)
class Moved:
    """How many members came, and how many left, at once."""

    entered: int
    left: int


def put(
    *,
    segment_id: int,
    member_ids: Collection[int],
    is_included: bool,
    at: datetime,
    actor_id: int | None = None,
) -> Moved:
    """These members are in the segment from now on, or out of it, until somebody says otherwise.
    Who may not be profiled is noted, and isn't in it. Again it changes nothing.

    Raises: NotFound; SnapshotNeverChanges; TooManyIds.
    """
    if len(member_ids) > MOST:
        raise TooManyIds
    with transaction.atomic():
        segment = _lock(segment_id)
        params: dict[str, Any] = {
            "segment": segment.pk,
            "ids": sorted(set(member_ids)),
            "is_included": is_included,
            "actor": actor_id,
            "at": at,
        }
        with connection.cursor() as cursor:
            # First it waits for members who are just leaving, who wait for the lock behind it.
            cursor.execute(_HOLD, params)
            cursor.execute(_NOTE, params)
            segment_members.lock_alone()
            cursor.execute(_COME if is_included else _GO, params)
            moved = [row[0] for row in cursor.fetchall()]
        _keep(segment, moved, is_included, at)
    segment_members.publish(segment_id=segment_id, at=at)
    return Moved(len(moved), 0) if is_included else Moved(0, len(moved))


def upload(
    *,
    segment_id: int,
    ids: Sequence[str],
    is_included: bool,
    at: datetime,
    actor_id: int | None = None,
) -> Moved:
    """As `put`, for a list of members' ids or card numbers, in any mixture; of merged cards it is
    the survivor.

    Raises: as `put`; UnknownMembers, and then nothing was changed.
    """
    if len(ids) > MOST:
        raise TooManyIds
    found = _find([one.strip() for one in ids])
    missing = [row for row, member_id in enumerate(found, 1) if member_id is None]
    if missing:
        raise UnknownMembers(missing[:_TOLD], len(missing))
    known = {member_id for member_id in found if member_id is not None}
    return put(
        segment_id=segment_id,
        member_ids=known,
        is_included=is_included,
        at=at,
        actor_id=actor_id,
    )


def clear(*, segment_id: int, member_ids: Collection[int]) -> int:
    """Hands say nothing of these members any more; the next build judges them. Gives how many.

    Raises: NotFound; SnapshotNeverChanges.
    """
    with transaction.atomic():
        segment = _lock(segment_id)
        rows = SegmentOverride.objects.filter(segment=segment, member_id__in=member_ids)
        count: int = rows.delete()[0]
    return count


def _lock(segment_id: int) -> Segment:
    segment = segments.lock(segment_id)
    if segment.kind == Segment.Kind.SNAPSHOT:
        raise SnapshotNeverChanges
    return segment


def _keep(segment: Segment, moved: Sequence[int], is_included: bool, at: datetime) -> None:
    """A change by hand is a build too: who came and left stays known, and counts are whole."""
    if not moved:
        return
    count = SegmentMember.objects.filter(segment=segment).count()
    build = SegmentBuild.objects.create(
        segment=segment,
        version=segment.version,
        as_of_at=at,
        state=SegmentBuild.State.DONE,
        created_at=at,
        finished_at=at,
        members_count=count,
        entered_count=len(moved) if is_included else 0,
        left_count=0 if is_included else len(moved),
        message=BY_HAND,
    )
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, {"build": build.pk, "ids": list(moved), "is_included": is_included})
    Segment.objects.filter(pk=segment.pk).update(build=build, built_at=at, members_count=count)


def _find(ids: Sequence[str]) -> list[int | None]:
    """The member of each id, the survivor of a merged one; None: there is none."""
    uids = {one: UUID(one) for one in ids if _is_uid(one)}
    rows = Member.objects.filter(uid__in=uids.values()) | Member.objects.filter(card_number__in=ids)
    by_id: dict[str, int] = {}
    for pk, uid, card, survivor in rows.values_list("pk", "uid", "card_number", "merged_into"):
        by_id[str(uid)] = by_id[card] = survivor or pk
    return [by_id.get(str(uids[one]) if one in uids else one) for one in ids]


def _is_uid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


# References are looked at when the transaction ends, which is too late to wait.
_HOLD = """
SELECT FROM members_member m WHERE m.id = ANY(%(ids)s::bigint[]) ORDER BY m.id FOR KEY SHARE
"""
_NOTE = """
INSERT INTO analytics_segmentoverride
  (segment_id, member_id, is_included, changed_by_id, changed_at)
SELECT %(segment)s, m.id, %(is_included)s, %(actor)s, %(at)s
FROM members_member m WHERE m.id = ANY(%(ids)s::bigint[]) AND m.state <> 'ERASED' ORDER BY m.id
ON CONFLICT (segment_id, member_id) DO UPDATE SET
  is_included = excluded.is_included, changed_by_id = excluded.changed_by_id,
  changed_at = excluded.changed_at
WHERE analytics_segmentoverride.is_included <> excluded.is_included
"""
_COME = """
INSERT INTO analytics_segmentmember (segment_id, member_id, since_at)
SELECT %(segment)s, m.id, %(at)s FROM members_member m
WHERE m.id = ANY(%(ids)s::bigint[]) AND m.state = 'ACTIVE' AND m.is_profiled ORDER BY m.id
ON CONFLICT (segment_id, member_id) DO NOTHING
RETURNING member_id
"""
_GO = """
DELETE FROM analytics_segmentmember
WHERE segment_id = %(segment)s AND member_id = ANY(%(ids)s::bigint[])
RETURNING member_id
"""
_MOVED = """
INSERT INTO analytics_segmentmove (build_id, member_id, is_entry)
SELECT %(build)s, unnest(%(ids)s::bigint[]), %(is_included)s
"""
