"""Journeys tell the operator's own systems: an outbox, posted at least once until it is taken.

Each post bears the same id at every attempt, so that the receiver can tell a repeat. The payload
holds ids and codes only. Source: https://www.standardwebhooks.com.
"""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import QuerySet

from campaigns.models import Campaign, Enrollment, StepCall, WebhookEndpoint
from campaigns.rules.journey_steps import Webhook
from campaigns.services import webhook_endpoints
from campaigns.services.webhook_endpoints import Answer
from members.errors import DomainError, NotFound
from members.models import Member
from members.services import audit, bell

logger = structlog.get_logger(__name__)

SEND_DUE = "campaigns.tasks.send_step_calls"
TYPE = "journey.step"
BATCH = 20
# Twenty posts, each with its time-out of 10 s and a look-up of a name, end well within it.
LEASE = timedelta(minutes=15)
# Behind each failure; together just below three days.
BACK_OFF = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 300, 600, 840, 960, 1440)
)
# The rest of a batch waits so long when its system didn't answer in time: others aren't held up.
PAUSE = timedelta(minutes=1)
# Codes of what began it that go along; whatever else stands there stays here.
_TOLD = ("product", "order")
_State = StepCall.State
_OPEN = (_State.QUEUED, _State.CLAIMED)
_SENDING = (Campaign.State.RUNNING, Campaign.State.FINISHED)


class NotDead(DomainError):
    """Only a call that failed for good can be sent again."""

    code = "not_dead"
    status = 409


def create(*, enrollment: Enrollment, step: Webhook, at: datetime) -> StepCall:
    """The call of this member and step; again it is the same one.

    Raises: WebhookEndpoint.DoesNotExist: the endpoints of approved journeys are never deleted.
    """
    create_many(enrollments=[enrollment], step=step, at=at)
    return StepCall.objects.get(enrollment=enrollment, step=step.id)


def create_many(*, enrollments: Sequence[Enrollment], step: Webhook, at: datetime) -> None:
    """As `create`, of many members in two statements."""
    if not enrollments:
        return
    endpoint = WebhookEndpoint.objects.defer("secrets").get(code=step.endpoint)
    rows = [
        StepCall(endpoint=endpoint, enrollment=one, step=step.id, next_at=at, created_at=at)
        for one in enrollments
    ]
    # Who has one keeps it: the unique key of member and step lets no second one in.
    StepCall.objects.bulk_create(rows, ignore_conflicts=True)
    bell.start_on_commit(SEND_DUE)


def send_due(*, at: datetime, limit: int = BATCH) -> int:
    """Posts at most `limit` calls that are due, and returns how many it looked at.

    Call it outside of any transaction: a claim is committed before anything is posted. One whose
    sender died is posted again: at least once.
    """
    with transaction.atomic(durable=True):
        _kill_stopped(at)
        due = list(_due(at)[:limit])
        claims = _claim(due, at)
    slow: set[int] = set()
    for call in claims:
        if call.endpoint_id in slow:
            _put_off(call, at)
            continue
        answer = webhook_endpoints.post(call.endpoint, key=str(call.uid), body=body_of(call), at=at)
        _settle(call, answer, at)
        if answer.status is None:
            slow.add(call.endpoint_id)
    return len(due)


def body_of(call: StepCall) -> bytes:
    """What the system is told: ids and codes, the same at every attempt."""
    row = call.enrollment
    told = {name: row.context[name] for name in _TOLD if row.context.get(name)}
    data: dict[str, Any] = {
        "campaign": row.campaign.code,
        "version": row.version.number,
        "step": call.step,
        "variant": row.arm,
        "member": str(row.member.uid),
        "entered_at": row.entered_at.isoformat(),
        **told,
    }
    said = {"type": TYPE, "timestamp": call.created_at.isoformat(), "data": data}
    return json.dumps(said, ensure_ascii=False).encode()


@transaction.atomic
def send_again(*, call_id: int, actor_id: int, at: datetime) -> StepCall:
    """A call that failed for good, queued anew with the same id.

    Raises: NotFound; NotDead.
    """
    call = StepCall.objects.select_for_update(of=("self",)).filter(pk=call_id).first()
    if call is None:
        raise NotFound
    if call.state != _State.DEAD:
        raise NotDead
    call.state, call.attempts, call.next_at = _State.QUEUED, 0, at
    call.save(update_fields=["state", "attempts", "next_at"])
    audit.record(
        action="step_call.send_again", at=at, actor_id=actor_id, details={"call": str(call.uid)}
    )
    bell.start_on_commit(SEND_DUE)
    return call


def kill_of(*, enrollment_ids: Collection[int]) -> int:
    """What these members' journeys would tell isn't told any more: they left. In the caller's
    transaction; gives how many waited."""
    rows = StepCall.objects.filter(enrollment_id__in=enrollment_ids, state=_State.QUEUED)
    return rows.update(state=_State.KILLED)


def _due(at: datetime) -> "QuerySet[StepCall]":
    """Of a paused campaign nothing goes out; of a claim whose lease is over, again."""
    return (
        StepCall.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("endpoint", "enrollment__campaign", "enrollment__version")
        .filter(
            state__in=_OPEN,
            next_at__lte=at,
            enrollment__campaign__state__in=_SENDING,
        )
        .order_by("next_at", "pk")
    )


def _kill_stopped(at: datetime) -> None:
    StepCall.objects.filter(
        state__in=_OPEN, next_at__lte=at, enrollment__campaign__state=Campaign.State.KILLED
    ).update(state=_State.KILLED)


def _claim(due: Sequence[StepCall], at: datetime) -> list[StepCall]:
    members = Member.objects.in_bulk([call.enrollment.member_id for call in due])
    claims = []
    for call in due:
        member = members.get(call.enrollment.member_id)
        if member is None or member.state == Member.State.ERASED:
            call.state = _State.KILLED
        elif not call.endpoint.is_active:
            call.state, call.last_error = _State.DEAD, "inactive"
        else:
            call.enrollment.member = member
            call.state, call.claimed_at, call.next_at = _State.CLAIMED, at, at + LEASE
            call.attempts += 1
            claims.append(call)
    fields = ["state", "last_error", "claimed_at", "next_at", "attempts"]
    StepCall.objects.bulk_update(due, fields)
    return claims


def _settle(call: StepCall, answer: Answer, at: datetime) -> None:
    if answer.is_good:
        _write(call, state=_State.SENT, sent_at=at, last_error="")
        return
    error = f"HTTP {answer.status}" if answer.status is not None else answer.problem
    is_gone = answer.status == webhook_endpoints.GONE
    if is_gone:
        # Perhaps the receiver wants nothing any more: it is asked.
        webhook_endpoints.note_gone(endpoint_id=call.endpoint_id, at=at)
    if is_gone or call.attempts > len(BACK_OFF):
        _write(call, state=_State.DEAD, last_error=error[:80])
        logger.warning("step_call_dead", call=str(call.uid), error=error)
    else:
        wait = BACK_OFF[call.attempts - 1]
        _write(call, state=_State.QUEUED, last_error=error[:80], next_at=at + wait)


def _put_off(call: StepCall, at: datetime) -> None:
    """Not tried: it counts as no attempt."""
    ours = StepCall.objects.filter(pk=call.pk, attempts=call.attempts, state=_State.CLAIMED)
    ours.update(state=_State.QUEUED, next_at=at + PAUSE, attempts=call.attempts - 1)


def _write(call: StepCall, **changes: object) -> None:
    """The outcome, if the claim is still ours: `attempts` tells claims apart."""
    ours = StepCall.objects.filter(pk=call.pk, attempts=call.attempts, state=_State.CLAIMED)
    ours.update(**changes)
