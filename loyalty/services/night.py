"""Work of the night, as sets. Nothing depends on it: every read and every spend settles by itself;
it writes the ledger's entries of what became usable or lapsed, and reminds.

Source: docs/algorithms/night.md.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.db import OperationalError, connection, transaction

from loyalty.events import PointsActivated, PointsExpired, PointsLapsing
from loyalty.models import Program
from loyalty.rules import calendar
from loyalty.services import points
from members.registry import subscriptions
from members.services import bell

logger = structlog.get_logger(__name__)

# Members in a chunk: the first one's, then as many as keep its locks near `LOCK_SECONDS`, which a
# till that wants one of them doesn't notice. Source: docs/performance.md.
CHUNK = 500
MOST = 5_000
LOCK_SECONDS = 0.1
# Those whose settlement takes the rules of one member.
FEW = 200
# A till that holds a member longer is left for the next night; its own posting settles anyway.
LOCK_TIMEOUT = "2s"
# lock_not_available, deadlock_detected.
_BUSY = ("55P03", "40P01")


@dataclass(frozen=True)
class _Settled:
    """How many a chunk settled, those that need the rules of one member, and how long its locks
    were held, with the commit."""

    count: int
    others: Sequence[int]
    seconds: float


def settle_lots(*, at: datetime) -> Iterator[int]:
    """Activates and expires what is due by `at`; yields how many members, chunk by chunk. Each
    chunk is a transaction of its own: a run that is stopped goes on with the next one.

    Members whom a till holds are passed over at first, and waited for in a second pass.
    """
    for waits in (False, True):
        yield from _pass(at, waits=waits)


def remind(*, at: datetime) -> Iterator[int]:
    """Tells whose points lapse within the programme's days of notice; yields how many members,
    day by day. Once for each member and month, whichever night saw it first."""
    program = Program.objects.filter(is_current=True).first()
    if program is None or not program.lapse_notice_days:
        return
    zone = ZoneInfo(program.time_zone)
    today, after = calendar.local_day(at, zone), at
    for days in range(program.lapse_notice_days + 1):
        until = calendar.start_of_day(today + timedelta(days=days + 1), zone)
        yield _remind(after, until, program.time_zone, at)
        after = until


def _pass(at: datetime, *, waits: bool) -> Iterator[int]:
    last, size = 0, CHUNK
    while due := _due(last, at, size):
        last = due[-1]
        settled = _settle(due, at, waits=waits)
        size = next_size(size, settled.seconds)
        yield settled.count
        for start in range(0, len(settled.others), FEW):
            yield _settle_by_rules(settled.others[start : start + FEW], at)


def next_size(size: int, seconds: float) -> int:
    """The next chunk's members, after one of `size` that kept its locks for `seconds`; it grows
    slowly and shrinks at once."""
    wanted = round(size * LOCK_SECONDS / max(seconds, 0.001))
    return max(1, min(wanted, size * 2, MOST))


def _due(after: int, at: datetime, size: int) -> Sequence[int]:
    """The next members for whom something is due, in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT loyalty_due(%s, %s, %s)", [after, size, at])
        return cursor.fetchone()[0] or ()


def _settle(member_ids: Sequence[int], at: datetime, *, waits: bool) -> _Settled:
    tells = {"ACTIVATE": _tell(PointsActivated.type), "EXPIRE": _tell(PointsExpired.type)}
    began = time.monotonic()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            _wait_briefly()
            cursor.execute(
                "SELECT * FROM loyalty_settle(%s, %s, %s::jsonb, %s)",
                [list(member_ids), at, json.dumps(tells), waits],
            )
            count, others = cursor.fetchone()
            if any(subscribers for _, subscribers in tells.values()):
                bell.ring_on_commit()
    except OperationalError as error:
        return _Settled(_left(error, member_ids), (), LOCK_SECONDS)
    return _Settled(count, others or (), time.monotonic() - began)


def _settle_by_rules(member_ids: Sequence[int], at: datetime) -> int:
    try:
        with transaction.atomic():
            _wait_briefly()
            points.settle(member_ids=member_ids, at=at)
    except OperationalError as error:
        return _left(error, member_ids)
    return len(member_ids)


def _wait_briefly() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])


def _left(error: OperationalError, member_ids: Sequence[int]) -> int:
    """A chunk whose locks can't be had is left as it was. Raises the error if it is another."""
    if getattr(error.__cause__, "sqlstate", None) not in _BUSY:
        raise error
    logger.warning("night_chunk_left", first=member_ids[0], last=member_ids[-1])
    return 0


def _remind(after: datetime, until: datetime, zone: str, at: datetime) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        tells = _tell(PointsLapsing.type, at)
        cursor.execute(
            "SELECT loyalty_remind(%s, %s, %s, %s, %s::jsonb)",
            [after, until, zone, at, json.dumps(tells)],
        )
        told: int = cursor.fetchone()[0]
        if told and tells[1]:
            bell.ring_on_commit()
    return told


def _tell(event_type: str, at: datetime | None = None) -> tuple[str, tuple[str, ...]]:
    """The type of an event, and who hears of it: of then, or of whenever each happened."""
    return event_type, subscriptions.subscribers_of(event_type, at)
