"""Judges behavior events one by one: the row that each becomes, or what refuses it."""

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec

from members.errors import DomainError
from members.services.attributions import UnknownChannel, UnknownStore
from members.services.behavior_desks import Desk, Teller
from members.services.behavior_documents import BehaviorEventDocument, attributes_of, kind_of
from members.services.behavior_rows import Row

MOST_AHEAD = timedelta(minutes=5)


class EventInFuture(DomainError):
    """The event lies more than 5 minutes ahead of our clock: set the sender's clock."""

    code = "occurred_in_future"


class EventTooOld(DomainError):
    """The event is older than we keep events."""

    code = "event_too_old"


class NobodyNamed(DomainError):
    """An event names a member, or a visitor by the channel's own id."""

    code = "member_or_visitor_required"


def judge(
    event: BehaviorEventDocument, desk: Desk, teller: Teller, at: datetime
) -> Row | DomainError:
    """The row that this event becomes, or what refuses it."""
    try:
        _check_instant(event.occurred_at, desk, at)
        if event.member is None and not event.visitor:
            raise NobodyNamed
        channel = event.channel or teller.channel
        if channel and channel not in desk.channels:
            raise UnknownChannel(channel=channel)
        store_id = _store(getattr(event, "store"), desk, teller)  # noqa: B009
    except DomainError as error:
        return error
    member_id, member_uid = desk.members.get(event.member, (None, None))
    return Row(
        external_id=event.external_id,
        member_id=member_id,
        member_uid=member_uid,
        visitor=event.visitor,
        kind=kind_of(event),
        object=getattr(event, "object", "").strip(),
        channel=channel,
        store_id=store_id,
        dwell_seconds=getattr(event, "dwell_seconds", None),
        attributes=attributes_of(event).decode(),
        occurred_at=event.occurred_at,
        fingerprint=_fingerprint(event, channel, desk),
    )


def _check_instant(occurred_at: datetime, desk: Desk, at: datetime) -> None:
    if occurred_at > at + MOST_AHEAD:
        raise EventInFuture(occurred_at=occurred_at.isoformat())
    if occurred_at < desk.oldest_at:
        raise EventTooOld(occurred_at=occurred_at.isoformat(), oldest_at=desk.oldest_at.isoformat())


def _store(code: str, desk: Desk, teller: Teller) -> int | None:
    if not code:
        return None
    store_id = desk.stores.get(code)
    if store_id is None or (teller.store_ids is not None and store_id not in teller.store_ids):
        # Another's store is as unknown as one that isn't there.
        raise UnknownStore(store=code)
    return store_id


def _fingerprint(event: BehaviorEventDocument, channel: str, desk: Desk) -> bytes:
    """32 bytes over all that was sent; the member stands there as a blind index."""
    told = [
        kind_of(event),
        event.occurred_at.astimezone(UTC),
        desk.keys[event.member],
        event.visitor,
        channel,
        getattr(event, "object", "").strip(),
        getattr(event, "store", ""),
        getattr(event, "dwell_seconds", None),
    ]
    return hashlib.sha256(msgspec.json.encode(told) + attributes_of(event)).digest()
