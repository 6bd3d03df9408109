"""Events reach their subscribers: claimed, handled and struck off in one transaction.

The dispatch row is the truth and the broker only a bell: a worker that is killed anywhere leaves
its rows as they were, and the next one finds them.
"""

import traceback
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.db import connection, transaction

from members.models import Dispatch, Event
from members.registry import subscriptions
from members.services import audit, bell

logger = structlog.get_logger(__name__)

FIRST_WAIT = timedelta(seconds=10)
# 10 s doubled nine times: dead after about 85 minutes.
ATTEMPTS = 10


def drain(*, at: datetime, limit: int = 500) -> int:
    """How many dispatches were handled, or tried in vain, among those due at `at`.

    Takes at most `limit` per subscriber; call again until it returns 0.
    """
    handlers = subscriptions.handlers()
    return sum(
        _drain_one(subscriber, handlers[subscriber], at, limit)
        for subscriber in _owed(tuple(handlers), at)
    )


def redrive(
    *, dispatch_ids: Sequence[int], at: datetime, actor_id: int | None = None, reason: str = ""
) -> int:
    """How many dead dispatches among these wait again, with all their attempts before them."""
    with transaction.atomic():
        count = Dispatch.objects.filter(pk__in=dispatch_ids, state=Dispatch.State.DEAD).update(
            state=Dispatch.State.PENDING, attempts=0, next_at=at
        )
        if count:
            audit.record(
                action="dispatch.redrive",
                at=at,
                actor_id=actor_id,
                reason=reason,
                details={"count": count},
            )
            bell.ring_on_commit()
    return count


def wait_after(attempts: int) -> timedelta:
    """How long to wait after that many failures: 10 s, 20 s, 40 s …"""
    wait: timedelta = FIRST_WAIT * 2 ** (attempts - 1)
    return wait


def _drain_one(subscriber: str, handler: subscriptions.Handler, at: datetime, limit: int) -> int:
    with transaction.atomic():
        claimed = _claim(subscriber, at, limit)
        if not claimed:
            return 0
        events = Event.objects.in_bulk([one.event_id for one in claimed])
        # In the order in which they were recorded, whatever the order of retries.
        due = sorted((one for one in claimed if one.event_id in events), key=_by_event)
        failed = _handle(due, events, handler, at)
        _strike_off([one.pk for one in claimed if one.pk not in failed])
        _put_off([one for one in due if one.pk in failed], failed, at)
    return len(claimed)


def _owed(subscribers: Sequence[str], at: datetime) -> list[str]:
    """Those of the subscribers to whom something is due, in their order: one look for all of them
    instead of a transaction for each that has nothing to do."""
    with connection.cursor() as cursor:
        cursor.execute(_OWED, [list(subscribers), at])
        return [name for (name,) in cursor.fetchall()]


# By the index on what is pending, one step into it for each subscriber.
_OWED = """
SELECT s.name FROM unnest(%s::text[]) WITH ORDINALITY AS s(name, place)
WHERE EXISTS (
    SELECT FROM members_dispatch d
    WHERE d.subscriber = s.name AND d.state = 'PENDING' AND d.next_at <= %s
) ORDER BY s.place
"""


def _claim(subscriber: str, at: datetime, limit: int) -> list[Dispatch]:
    due = Dispatch.objects.filter(
        subscriber=subscriber, state=Dispatch.State.PENDING, next_at__lte=at
    )
    return list(due.order_by("next_at").select_for_update(skip_locked=True)[:limit])


def _by_event(dispatch: Dispatch) -> int:
    return dispatch.event_id


def _handle(
    due: Sequence[Dispatch],
    events: dict[int, Event],
    handler: subscriptions.Handler,
    at: datetime,
) -> dict[int, str]:
    """Dispatch ids that failed, each with its error: all at once, and one by one if that fails."""
    if not due or _attempt([events[one.event_id] for one in due], handler, at) is None:
        return {}
    failed = {}
    for dispatch in due:
        error = _attempt([events[dispatch.event_id]], handler, at)
        if error is not None:
            failed[dispatch.pk] = error
    return failed


def _attempt(events: Sequence[Event], handler: subscriptions.Handler, at: datetime) -> str | None:
    """None when all went well, else where it broke; then nothing of it stays in the database."""
    try:
        with transaction.atomic():
            handler(events, at)
            # A deferred constraint must fail here, not at the commit of the whole batch.
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except Exception as error:
        if not connection.is_usable():
            # The database is away: no fault of this event, and nobody to write an attempt to.
            raise
        return _place_of(error)
    return None


def _place_of(error: Exception) -> str:
    """Class and place of an error, never its text: that may quote a phone."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    file = "/".join(Path(ours[-1].filename).parts[-3:])
    return f"{type(error).__name__} at {file}:{ours[-1].lineno}"


def _strike_off(dispatch_ids: Sequence[int]) -> None:
    if dispatch_ids:
        Dispatch.objects.filter(pk__in=dispatch_ids).delete()


def _put_off(dispatches: Sequence[Dispatch], errors: dict[int, str], at: datetime) -> None:
    for dispatch in dispatches:
        dispatch.attempts += 1
        dispatch.last_error = errors[dispatch.pk]
        dispatch.next_at = at + wait_after(dispatch.attempts)
        if dispatch.attempts >= ATTEMPTS:
            dispatch.state = Dispatch.State.DEAD
        logger.warning(
            "dispatch_failed",
            subscriber=dispatch.subscriber,
            event_id=dispatch.event_id,
            attempts=dispatch.attempts,
            state=dispatch.state,
            error=dispatch.last_error,
        )
    if dispatches:
        Dispatch.objects.bulk_update(dispatches, ["attempts", "last_error", "next_at", "state"])
