"""Rows of behavior events: those that are new are written, the others found, by few statements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

# A row that was there may be erased before it is read; then it is written after all.
_TRIES = 3


@dataclass(frozen=True, kw_only=True)
class Row:
    """What an event becomes. `attributes` is JSON; `member_id` and `member_uid` are of the
    member whom the channel named, as found now."""

    external_id: str
    member_id: int | None
    member_uid: UUID | None
    visitor: str
    kind: str
    object: str
    channel: str
    store_id: int | None
    dwell_seconds: int | None
    attributes: str
    occurred_at: datetime
    fingerprint: bytes


@dataclass(frozen=True, kw_only=True)
class Written:
    """What is stored under the external id of `row`. `member_uid`: whom the channel named then,
    not whom the visitor turned out to be."""

    id: int
    row: Row
    is_new: bool
    fingerprint: bytes
    member_uid: UUID | None
    occurred_at: datetime
    recorded_at: datetime


def write(rows: Sequence[Row], *, source: str, at: datetime) -> dict[str, Written]:
    """What is stored under each external id, in the rows' order; they come sorted by it."""
    found: dict[str, Written] = {}
    ahead = list(rows)
    for _ in range(_TRIES):
        if not ahead:
            break
        found |= _insert(ahead, source, at)
        ahead = [row for row in ahead if row.external_id not in found]
        found |= _stored(ahead, source) if ahead else {}
        ahead = [row for row in ahead if row.external_id not in found]
    return found


def _insert(rows: Sequence[Row], source: str, at: datetime) -> dict[str, Written]:
    columns: dict[str, Any] = {name: [getattr(row, name) for row in rows] for name in _COLUMNS}
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {**columns, "source": source, "at": at})
        ids: dict[str, int] = dict(cursor.fetchall())
    return {
        row.external_id: Written(
            id=ids[row.external_id],
            row=row,
            is_new=True,
            fingerprint=row.fingerprint,
            member_uid=row.member_uid,
            occurred_at=row.occurred_at.astimezone(UTC),
            recorded_at=at.astimezone(UTC),
        )
        for row in rows
        if row.external_id in ids
    }


def _stored(rows: Collection[Row], source: str) -> dict[str, Written]:
    row_of = {row.external_id: row for row in rows}
    with connection.cursor() as cursor:
        cursor.execute(_STORED, [source, list(row_of)])
        return {
            external_id: Written(
                id=pk,
                row=row_of[external_id],
                is_new=False,
                fingerprint=bytes(fingerprint),
                member_uid=uid,
                occurred_at=occurred_at.astimezone(UTC),
                recorded_at=recorded_at.astimezone(UTC),
            )
            for pk, external_id, fingerprint, uid, occurred_at, recorded_at in cursor.fetchall()
        }


_COLUMNS = (
    "external_id", "member_id", "visitor", "kind", "object", "channel", "store_id",
    "dwell_seconds", "attributes", "occurred_at", "fingerprint",
)  # fmt: skip
_INSERT = """
INSERT INTO members_behaviorevent (source, external_id, member_id, visitor, kind, object, channel,
    store_id, dwell_seconds, attributes, occurred_at, fingerprint, is_adopted, recorded_at)
SELECT %(source)s, r.external_id, r.member_id, r.visitor, r.kind, r.object, r.channel, r.store_id,
       r.dwell_seconds, r.attributes::jsonb, r.occurred_at, r.fingerprint, false, %(at)s
FROM unnest(%(external_id)s::text[], %(member_id)s::bigint[], %(visitor)s::text[],
            %(kind)s::text[], %(object)s::text[], %(channel)s::text[], %(store_id)s::bigint[],
            %(dwell_seconds)s::int[], %(attributes)s::text[], %(occurred_at)s::timestamptz[],
            %(fingerprint)s::bytea[])
    AS r(external_id, member_id, visitor, kind, object, channel, store_id, dwell_seconds,
         attributes, occurred_at, fingerprint)
ON CONFLICT (source, external_id) DO NOTHING
RETURNING external_id, id
"""
_STORED = """
SELECT e.id, e.external_id, e.fingerprint, CASE WHEN NOT e.is_adopted THEN m.uid END,
       e.occurred_at, e.recorded_at
FROM members_behaviorevent e LEFT JOIN members_member m ON m.id = e.member_id
WHERE e.source = %s AND e.external_id = ANY(%s)
"""
