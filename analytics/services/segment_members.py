"""Who is in a segment: the rows that builds and hands write, and what leaves at once.

Who may not be profiled any more leaves in the transaction that says so. Against a build that is
just writing, both take one lock: the build alone, whoever leaves together with others.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction

from analytics.models import Segment, SegmentHit, SegmentMember
from members.models import MemberTag, Tag

_LOCK = 5_217_108  # advisory lock between builds that write and members who leave


def lock_alone() -> None:
    """A statement of its own: the next one sees everybody who has left by then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def leave(*, member_ids: Collection[int]) -> int:
    """These members are in no segment any more, and bear no tag of one; gives how many rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])
    SegmentHit.objects.filter(member_id__in=member_ids).delete()
    published = Segment.objects.exclude(tag=None).values("tag_id")
    borne = MemberTag.objects.filter(member_id__in=member_ids, tag_id__in=published)
    borne.filter(origin=Tag.Origin.MODEL).delete()
    count: int = SegmentMember.objects.filter(member_id__in=member_ids).delete()[0]
    return count


def publish(*, segment_id: int, at: datetime) -> None:
    """Who is in the segment bears its tag, where it is published; who isn't loses it, unless a
    person gave it. Call it behind the commit of what changed.

    Giving waits for members who are just being erased or merged, so it holds no lock that they
    wait for; who has left meanwhile loses the tag in a second look.
    """
    for statement in (_GIVE, _TAKE):
        with transaction.atomic(), connection.cursor() as cursor:
            tag_id = _published_as(segment_id)
            if tag_id is None:
                return
            cursor.execute(
                statement,
                {
                    "segment": segment_id,
                    "tag": tag_id,
                    "origin": Tag.Origin.MODEL.value,
                    "at": at,
                },
            )


def _published_as(segment_id: int) -> int | None:
    """Behind the segment's lock: a publication that is taken back meanwhile waits, and then takes
    the tag from all; and a tag that another segment has got since is left alone."""
    rows = Segment.objects.select_for_update(of=("self",), no_key=True).filter(pk=segment_id)
    found: int | None = rows.values_list("tag_id", flat=True).first()
    return found


def sweep() -> int:
    """Nightly: takes out whoever may not be in a segment, however they got there."""
    with connection.cursor() as cursor:
        cursor.execute(_SWEEP)
        count: int = cursor.rowcount
        cursor.execute(_SWEEP_HANDS)
    return count


# All parts see the same rows: nobody comes and leaves in one.
SWAP = """
WITH chosen AS MATERIALIZED (
  SELECT found.member_id FROM (
    SELECT member_id FROM analytics_segmenthit WHERE build_id = %(build)s
    UNION
    SELECT member_id FROM analytics_segmentoverride
    WHERE segment_id = %(segment)s AND is_included
  ) found
  JOIN members_member m ON m.id = found.member_id AND m.state = 'ACTIVE' AND m.is_profiled
  WHERE NOT EXISTS (
    SELECT FROM analytics_segmentoverride out
    WHERE out.segment_id = %(segment)s AND out.member_id = found.member_id
      AND NOT out.is_included)
), gone AS (
  DELETE FROM analytics_segmentmember sm
  WHERE sm.segment_id = %(segment)s
    AND NOT EXISTS (SELECT FROM chosen WHERE chosen.member_id = sm.member_id)
  RETURNING sm.member_id
), come AS (
  INSERT INTO analytics_segmentmember (segment_id, member_id, since_at)
  SELECT %(segment)s, chosen.member_id, %(as_of)s FROM chosen
  WHERE NOT EXISTS (
    SELECT FROM analytics_segmentmember sm
    WHERE sm.segment_id = %(segment)s AND sm.member_id = chosen.member_id)
  RETURNING member_id
), moved AS (
  INSERT INTO analytics_segmentmove (build_id, member_id, is_entry)
  SELECT %(build)s, member_id, TRUE FROM come
  UNION ALL SELECT %(build)s, member_id, FALSE FROM gone
)
SELECT (SELECT count(*) FROM chosen), (SELECT count(*) FROM come), (SELECT count(*) FROM gone)
"""
_GIVE = """
INSERT INTO members_membertag (member_id, tag_id, actor_id, origin, created_at)
SELECT sm.member_id, %(tag)s, NULL, %(origin)s, %(at)s
FROM analytics_segmentmember sm
JOIN analytics_segment sg ON sg.id = sm.segment_id AND sg.tag_id = %(tag)s
WHERE sm.segment_id = %(segment)s AND NOT EXISTS (
  SELECT FROM members_membertag borne
  WHERE borne.member_id = sm.member_id AND borne.tag_id = %(tag)s)
ORDER BY sm.member_id
ON CONFLICT (member_id, tag_id) DO NOTHING
"""
_TAKE = """
DELETE FROM members_membertag borne
WHERE borne.tag_id = %(tag)s AND borne.origin = %(origin)s AND NOT EXISTS (
  SELECT FROM analytics_segmentmember sm
  WHERE sm.segment_id = %(segment)s AND sm.member_id = borne.member_id)
"""
_SWEEP = """
DELETE FROM analytics_segmentmember sm WHERE NOT EXISTS (
  SELECT FROM members_member m WHERE m.id = sm.member_id AND m.state = 'ACTIVE' AND m.is_profiled)
"""
_SWEEP_HANDS = """
DELETE FROM analytics_segmentoverride hand USING members_member m
WHERE m.id = hand.member_id AND m.state = 'ERASED'
"""
