"""What a batch of behavior events is recorded with: places, members behind a lock, the retention.

Two statements however many events there are, and one more where a member was merged.
"""

import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from members.models import Member
from members.sealing import blind, normalize
from members.services.behavior_documents import BehaviorEventDocument, NamedMember

CATEGORY = "behavior_events"
KEPT_DAYS = 400
_ALIVE = (Member.State.ACTIVE, Member.State.RESTRICTED)


@dataclass(frozen=True, kw_only=True)
class Teller:
    """The channel that tells. `store_ids`: those that it serves; None, the whole chain."""

    source: str
    channel: str
    store_ids: frozenset[int] | None = None


@dataclass(frozen=True)
class Desk:
    """`members`: the survivor's id and uid by how an event names them. `keys` tell references
    apart, however they are spelled, and name nobody: an identity stands there as its blind
    index. Events before `oldest_at` would be removed by the next night."""

    stores: dict[str, int]
    channels: frozenset[str]
    members: dict[NamedMember | None, tuple[int, uuid.UUID]]
    keys: dict[NamedMember | None, str]
    oldest_at: datetime


def set_up(events: Sequence[BehaviorEventDocument], teller: Teller, at: datetime) -> Desk:
    """All that these events name. Their members' rows stay locked against merges and erasures
    until the transaction ends."""
    # To read a phone takes longer than to write the event: once for each.
    claims = {named: _claim(named) for named in {one.member for one in events}}
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, _asked(events, teller, [one for one in claims.values() if one]))
        stores, channels, days, identities, uids = cursor.fetchone()
    owner_of = {(kind, issuer, digest): pk for digest, kind, issuer, pk in _rows(identities)}
    owner_of |= {("ID", "", uid): pk for uid, pk in _rows(uids)}
    wanted = {named: owner_of[claim] for named, claim in claims.items() if claim in owner_of}
    living = lock(set(wanted.values()))
    return Desk(
        stores=dict(_rows(stores)),
        channels=frozenset(channels or ()),
        members={named: living[pk] for named, pk in wanted.items() if pk in living},
        keys={named: _key(named, claim) for named, claim in claims.items()},
        oldest_at=at - timedelta(days=KEPT_DAYS if days is None else days),
    )


def lock(member_ids: Collection[int]) -> dict[int, tuple[int, uuid.UUID]]:
    """By each id, the id and uid of the living member that it leads to; nobody is merged or
    erased until the transaction ends."""
    rows: dict[int, tuple[uuid.UUID, str, int | None]] = {}
    ahead = set(member_ids)
    while ahead:
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [sorted(ahead)])
            rows |= {pk: (uid, state, into) for pk, uid, state, into in cursor.fetchall()}
        ahead = {row[2] for row in rows.values() if row[2] is not None} - rows.keys()
    found = {}
    for member_id in member_ids:
        last: int | None = member_id
        while last in rows and rows[last][2] is not None:
            last = rows[last][2]
        if last in rows and rows[last][1] in _ALIVE:
            found[member_id] = (last, rows[last][0])
    return found


def _key(named: NamedMember | None, claim: tuple[str, str, str] | None) -> str:
    if named is None:
        return ""
    return "|".join(claim) if claim else f"{named.type}|{named.issuer}|?"


def _claim(reference: NamedMember | None) -> tuple[str, str, str] | None:
    """(kind, issuer, blind index in hex), or an id; None for what can't be an identity."""
    if reference is None:
        return None
    kind = reference.type.upper()
    try:
        if kind == "ID":
            return kind, "", str(uuid.UUID(reference.value))
        digest = blind.index(kind, normalize.identity(kind, reference.value))
    except (normalize.BadIdentity, KeyError, ValueError):
        return None
    return kind, reference.issuer, digest.hex()


def _asked(
    events: Sequence[BehaviorEventDocument],
    teller: Teller,
    claims: Sequence[tuple[str, str, str]],
) -> dict[str, Any]:
    stores = {str(getattr(one, "store")) for one in events}  # noqa: B009
    return {
        "stores": list(stores - {""}),
        "channels": list({one.channel or teller.channel for one in events} - {""}),
        "category": CATEGORY,
        "digests": [bytes.fromhex(digest) for kind, _, digest in claims if kind != "ID"],
        "uids": [uid for kind, _, uid in claims if kind == "ID"],
    }


def _rows(value: Any) -> list[Any]:
    # Django turns psycopg's JSON loading off.
    loaded: list[Any] = json.loads(value) if isinstance(value, str) else value or []
    return [tuple(row) for row in loaded]


_LOOK = """
SELECT
    (SELECT jsonb_agg(jsonb_build_array(code, id)) FROM members_store
      WHERE code = ANY(%(stores)s::text[])),
    (SELECT array_agg(code::text) FROM members_channel WHERE code = ANY(%(channels)s::text[])),
    (SELECT days FROM members_retentionrule WHERE category = %(category)s),
    (SELECT jsonb_agg(jsonb_build_array(encode(digest, 'hex'), kind, issuer, member_id))
       FROM members_identity WHERE digest = ANY(%(digests)s::bytea[])),
    (SELECT jsonb_agg(jsonb_build_array(uid, coalesce(merged_into_id, id)))
       FROM members_member WHERE uid = ANY(%(uids)s::uuid[]))
"""
# In the order of ids, as everything that locks several members.
_LOCK = """
SELECT id, uid, state, merged_into_id FROM members_member
WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE
"""
