"""Publishes figures about members for rules and tiers to read."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice

from django.db import connection

from members.models import Measure

CHUNK = 50_000

# An older publication that arrives late changes nothing; members who are gone, or
# objected to being profiled, are passed over.
_PUBLISH = """
INSERT INTO members_measure (member_id, code, value, as_of_on, updated_at)
SELECT x.member_id, %(code)s, x.value, %(as_of_on)s, %(at)s
FROM unnest(%(ids)s::bigint[], %(values)s::bigint[]) AS x(member_id, value)
JOIN members_member m ON m.id = x.member_id AND m.is_profiled
ORDER BY x.member_id
ON CONFLICT (member_id, code) DO UPDATE
SET value = excluded.value, as_of_on = excluded.as_of_on, updated_at = excluded.updated_at
WHERE members_measure.as_of_on <= excluded.as_of_on
  AND (members_measure.value, members_measure.as_of_on) <> (excluded.value, excluded.as_of_on)
"""


def publish(*, code: str, values: Mapping[int, int], as_of_on: date, at: datetime) -> int:
    """Sets the measure of these members by id; gives how many rows changed. Set-based; a repeat
    changes nothing, and what is as of an earlier day never replaces a later one."""
    changed = 0
    with connection.cursor() as cursor:
        for chunk in _chunks(sorted(values.items())):
            cursor.execute(
                _PUBLISH,
                {
                    "code": code,
                    "as_of_on": as_of_on,
                    "at": at,
                    "ids": [member_id for member_id, _ in chunk],
                    "values": [value for _, value in chunk],
                },
            )
            changed += cursor.rowcount
    return changed


def withdraw(*, code: str, member_ids: Collection[int]) -> int:
    """Takes the measure of these members back: there is none any more; gives how many had it."""
    return Measure.objects.filter(code=code, member_id__in=list(member_ids)).delete()[0]


def _chunks(rows: Iterable[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    ahead = iter(rows)
    while chunk := list(islice(ahead, CHUNK)):
        yield chunk
