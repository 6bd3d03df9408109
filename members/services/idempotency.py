"""A write that comes twice has its effect once, and gets the first answer again.

The row is written in the transaction of the effect: either both are there or neither is.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction

from members.errors import DomainError
from members.models import IdempotencyKey, Member

KEPT = timedelta(days=7)
_CHUNK = 5_000
_ONCE = "idempotency_key_used_once"


class KeyReused(DomainError):
    """This idempotency key was used for another request."""

    code = "idempotency_key_reused"
    status = 422


class AnswerErased(DomainError):
    """This request was answered; the member whom the answer was about has been erased since."""

    code = "answer_erased"
    status = 410


class InFlight(DomainError):
    """The same request is being worked on; ask again in a moment."""

    code = "request_in_flight"
    status = 409
    retry_after_seconds = 1


@dataclass(frozen=True)
class Attempt:
    """One request under its key. `fingerprint` is SHA-256 over method, path and body."""

    client_id: int
    key: str
    fingerprint: bytes


@dataclass(frozen=True)
class Answer:
    """What the channel gets: the status and the body's bytes. `member` is whose key seals it."""

    status: int
    body: bytes
    member: Member | None = None
    is_replay: bool = False


def fingerprint(*, method: str, path: str, body: bytes) -> bytes:
    """32 bytes; the parts are separated so that no two requests share them."""
    return hashlib.sha256(b"%s %s\n%s" % (method.encode(), path.encode(), body)).digest()


def once(*, attempt: Attempt, at: datetime, effect: Callable[[], Answer]) -> Answer:
    """The answer of `effect`, or the one kept from the first time. Two statements of its own.

    Only answers below 400 are kept; whatever `effect` raises undoes it and keeps nothing.

    Raises: KeyReused, for another request under this key; InFlight, while the first is at work.
    """
    try:
        return _once(attempt, at, effect)
    except IntegrityError as error:
        diag = getattr(error.__cause__, "diag", None)
        if diag is None or diag.constraint_name != _ONCE:
            raise
    # Somebody committed between our look and our lock: their answer is there now.
    return _once(attempt, at, effect)


@transaction.atomic
def _once(attempt: Attempt, at: datetime, effect: Callable[[], Answer]) -> Answer:
    kept = replay(attempt=attempt)
    if kept is not None:
        return kept
    answer = effect()
    if answer.status < 400:
        keep(attempt=attempt, answer=answer, at=at)
    return answer


def replay(*, attempt: Attempt) -> Answer | None:
    """The kept answer, or None; then this transaction owns the key. One statement.

    For callers with a transaction of their own; `keep` is the other half.

    Raises: KeyReused, InFlight, AnswerErased.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s), stored.id FROM (SELECT 1) AS one"
            " LEFT JOIN members_idempotencykey AS stored"
            " ON stored.client_id = %s AND stored.key = %s",
            [_lock_number(attempt), attempt.client_id, attempt.key],
        )
        is_mine, row_id = cursor.fetchone()
    if row_id is not None:
        return _kept(attempt, row_id)
    if not is_mine:
        raise InFlight
    return None


def keep(*, attempt: Attempt, answer: Answer, at: datetime) -> None:
    """Writes the answer in the transaction of its effect; sealed with the member's key."""
    IdempotencyKey.objects.create(
        client_id=attempt.client_id,
        key=attempt.key,
        fingerprint=attempt.fingerprint,
        status_code=answer.status,
        member=answer.member,
        answer=answer.body.decode(),
        created_at=at,
    )


def forget_old(*, at: datetime) -> int:
    """How many answers older than seven days were removed."""
    removed = 0
    while True:
        old = IdempotencyKey.objects.filter(created_at__lt=at - KEPT)
        ids = list(old.values_list("pk", flat=True)[:_CHUNK])
        if not ids:
            return removed
        removed += IdempotencyKey.objects.filter(pk__in=ids).delete()[0]


def _kept(attempt: Attempt, row_id: int) -> Answer:
    row = IdempotencyKey.objects.select_related("member__key").get(pk=row_id)
    if row.member is not None and row.member.state == Member.State.ERASED:
        # Not "unknown": the effect must not come a second time.
        raise AnswerErased
    if bytes(row.fingerprint) != attempt.fingerprint:
        raise KeyReused
    return Answer(row.status_code, (row.answer or "").encode(), row.member, is_replay=True)


def _lock_number(attempt: Attempt) -> int:
    text = f"idempotency|{attempt.client_id}|{attempt.key}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], signed=True)
