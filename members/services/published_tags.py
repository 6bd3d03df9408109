"""Tags that a computation above publishes: set-based, and none but its own.

What a person gave stays, and what a rule gave is the rule's. No line on anybody's timeline:
docs/decisions/0067-tags-by-rule.md.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from members.errors import DomainError
from members.models import MemberTag, Tag, TagRule


class TagTakenBefore(DomainError):
    """A rule gives this tag already: two can't decide about one tag."""

    code = "tag_taken_before"


@dataclass(frozen=True)
class Part:
    """Members whose ids are above `low`, up to `high`."""

    low: int
    high: int


@dataclass(frozen=True)
class Change:
    """How many members got the tag, and how many lost it."""

    added: int
    removed: int


def refuse_taken(*, tag: Tag) -> None:
    """Raises: TagTakenBefore."""
    if TagRule.objects.filter(tag=tag).exists():
        raise TagTakenBefore


def claim(*, tag: Tag) -> None:
    """Lists show the tag as one that is computed; nobody gives it by hand from now on.

    Raises: TagTakenBefore.
    """
    refuse_taken(tag=tag)
    Tag.objects.filter(pk=tag.pk).update(origin=Tag.Origin.MODEL)


def publish(*, tag_id: int, member_ids: Collection[int], part: Part, at: datetime) -> Change:
    """Of the part, these members bear the tag and no others; who can't be profiled any more gets
    none. Again it changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PUBLISH,
            {
                "tag": tag_id,
                "ids": list(member_ids),
                "low": part.low,
                "high": part.high,
                "origin": Tag.Origin.MODEL.value,
                "at": at,
            },
        )
        added, removed = cursor.fetchone()
    return Change(added, removed)


def withdraw(*, tag_id: int) -> int:
    """Takes the tag from all who got it this way; gives how many."""
    borne = MemberTag.objects.filter(tag_id=tag_id, origin=Tag.Origin.MODEL)
    return borne.delete()[0]


# All parts of a statement see the same rows, so nobody is given and taken the tag in one.
_PUBLISH = """
WITH hit AS MATERIALIZED (
  SELECT m.id FROM members_member m
  WHERE m.id = ANY(%(ids)s::bigint[]) AND m.id > %(low)s AND m.id <= %(high)s
    AND m.state = 'ACTIVE' AND m.is_profiled
), gone AS (
  DELETE FROM members_membertag borne
  WHERE borne.tag_id = %(tag)s AND borne.origin = %(origin)s
    AND borne.member_id > %(low)s AND borne.member_id <= %(high)s
    AND NOT EXISTS (SELECT FROM hit WHERE hit.id = borne.member_id)
  RETURNING 1
), come AS (
  INSERT INTO members_membertag (member_id, tag_id, actor_id, origin, created_at)
  SELECT hit.id, %(tag)s, NULL, %(origin)s, %(at)s FROM hit ORDER BY hit.id
  ON CONFLICT (member_id, tag_id) DO NOTHING
  RETURNING 1
)
SELECT (SELECT count(*) FROM come), (SELECT count(*) FROM gone)
"""
