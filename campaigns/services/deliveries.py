"""Messages on their way: queued, claimed, sent, and never sent twice by themselves."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from campaigns.events import MessageSent
from campaigns.models import Delivery
from campaigns.selectors.reach import Reach, reach_of
from campaigns.services import gate
from campaigns.transports.contract import Message, NotSent, Refused
from campaigns.transports.registry import TRANSPORTS
from members.services import bell, events

logger = structlog.get_logger(__name__)

SEND_DUE = "campaigns.tasks.send_due"
BATCH = 20
# A batch of provider calls, each with its time-out of 20 s, ends well within the lease.
LEASE = timedelta(minutes=15)
MAX_ATTEMPTS = 5
FIRST_RETRY = timedelta(minutes=1)


def queue(*, deliveries: Sequence[Delivery]) -> None:
    """Stores new messages and wakes the sender after the commit.

    A send key that is there already keeps its row: an event heard twice sends nothing twice.
    """
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    if any(delivery.state == Delivery.State.QUEUED for delivery in deliveries):
        bell.start_on_commit(SEND_DUE)


def send_due(*, at: datetime, limit: int = BATCH) -> int:
    """Sends at most `limit` messages that are due, and returns how many it looked at.

    Call it outside of any transaction: a claim is committed before the provider is called, and
    the outcome in a transaction of its own.
    """
    _give_up_lapsed(at)
    with transaction.atomic(durable=True):
        due = _lock_due(at, limit)
        claims = _judge(due, at)
    for delivery, message in claims:
        _hand_over(delivery, message, at)
    return len(due)


def _give_up_lapsed(at: datetime) -> None:
    """A claim whose sender died may have gone out or not: a person decides, not we."""
    Delivery.objects.filter(state=Delivery.State.CLAIMED, claimed_at__lte=at - LEASE).update(
        state=Delivery.State.UNKNOWN, reason=Delivery.Reason.SENDER_DIED
    )


def _lock_due(at: datetime, limit: int) -> list[Delivery]:
    return list(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("campaign", "member__key")
        .filter(state=Delivery.State.QUEUED, not_before_at__lte=at)
        .order_by("not_before_at")[:limit]
    )


def _judge(due: Sequence[Delivery], at: datetime) -> list[tuple[Delivery, Message]]:
    """The last check. What stays in our own database is sent here; the rest is claimed."""
    reach = reach_of(
        member_ids={delivery.member_id for delivery in due},
        asked={(delivery.campaign.purpose, delivery.medium) for delivery in due},
        at=at,
    )
    passed = [one for one in due if _passes(one, reach[one.member_id], at)]
    here = [one for one in passed if TRANSPORTS[one.medium].send is None]
    claims = [one for one in passed if TRANSPORTS[one.medium].send is not None]
    for delivery in here:
        delivery.state, delivery.sent_at = Delivery.State.SENT, at
    for delivery in claims:
        delivery.state, delivery.claimed_at = Delivery.State.CLAIMED, at
        delivery.attempts += 1
    changed = ["state", "reason", "not_before_at", "claimed_at", "sent_at", "attempts"]
    Delivery.objects.bulk_update(due, changed)
    _record_sent(here, at)
    return [(delivery, _message(delivery, reach[delivery.member_id])) for delivery in claims]


def _passes(delivery: Delivery, reach: Reach, at: datetime) -> bool:
    verdict = gate.judge(delivery=delivery, reach=reach, has_text=delivery.has_text, at=at)
    gate.apply(delivery=delivery, verdict=verdict)
    return verdict.reason is None


def _message(delivery: Delivery, reach: Reach) -> Message:
    return Message(
        send_key=delivery.send_key,
        address=reach.address(TRANSPORTS[delivery.medium]),
        subject=delivery.subject,
        body=delivery.body,
    )


def _hand_over(delivery: Delivery, message: Message, at: datetime) -> None:
    send = TRANSPORTS[delivery.medium].send
    assert send is not None
    try:
        reference = send(message)
    except NotSent:
        _retry(delivery, at)
    except Refused:
        _settle(delivery, state=Delivery.State.FAILED, reason=Delivery.Reason.REFUSED)
    except Exception as error:  # noqa: BLE001
        # Its text may hold the address.
        logger.error("message_unknown", message=str(delivery.uid), error=type(error).__name__)
        _settle(delivery, state=Delivery.State.UNKNOWN, reason=Delivery.Reason.NO_ANSWER)
    else:
        with transaction.atomic():
            if _settle(
                delivery, state=Delivery.State.SENT, sent_at=at, provider_ref=reference, reason=""
            ):
                _record_sent([delivery], at)


def _retry(delivery: Delivery, at: datetime) -> None:
    if delivery.attempts >= MAX_ATTEMPTS:
        _settle(delivery, state=Delivery.State.FAILED, reason=Delivery.Reason.UNREACHABLE)
        return
    wait = FIRST_RETRY * 2 ** (delivery.attempts - 1)
    _settle(
        delivery,
        state=Delivery.State.QUEUED,
        reason=Delivery.Reason.UNREACHABLE,
        not_before_at=at + wait,
    )


def _settle(delivery: Delivery, **changes: object) -> bool:
    """Writes the outcome if the claim is still ours. `attempts` tells claims apart; one that
    lapsed meanwhile is UNKNOWN, and what we know now is better than that."""
    ours = Delivery.objects.filter(
        pk=delivery.pk,
        attempts=delivery.attempts,
        state__in=(Delivery.State.CLAIMED, Delivery.State.UNKNOWN),
    )
    return bool(ours.update(**changes))


def _record_sent(sent: Sequence[Delivery], at: datetime) -> None:
    happenings = [
        events.Happening(
            fact=MessageSent(
                delivery=str(delivery.uid), campaign=delivery.campaign.code, medium=delivery.medium
            ),
            member_id=delivery.member_id,
            occurred_at=at,
        )
        for delivery in sent
    ]
    if happenings:
        events.record_many(happenings=happenings, at=at)
