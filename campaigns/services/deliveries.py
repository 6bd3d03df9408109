"""Messages on their way: queued, claimed, sent, and never sent twice by themselves.

A claim is committed before the provider is called, and the outcome after it, in a transaction of
its own: a sender that dies in between leaves a claim, which becomes UNKNOWN when its lease is over.
Source: docs/algorithms/gate.md.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction

from campaigns.models import Campaign, Delivery
from campaigns.services import (
    delivery_answers,
    delivery_claims,
    delivery_outcomes,
    delivery_rows,
    hand_overs,
    queue_order,
)
from members.services import bell

logger = structlog.get_logger(__name__)

SEND_DUE = "campaigns.tasks.send_due"
BATCH = 200
LEASE = timedelta(minutes=15)


def queue(*, deliveries: Sequence[Delivery]) -> None:
    """Stores new messages and wakes the sender after the commit.

    A send key that is there already keeps its row: an event heard twice sends nothing twice.
    """
    delivery_rows.insert(deliveries)
    if any(delivery.state == Delivery.State.QUEUED for delivery in deliveries):
        bell.start_on_commit(SEND_DUE)


def send_due(
    *, at: datetime, limit: int = BATCH, clock: Callable[[], datetime] | None = None
) -> int:
    """Sends at most `limit` messages of each running campaign that has some due, those of higher
    priority first, and returns how many it looked at. Call it outside of any transaction.

    `clock` gives the time of each campaign's part: behind slow providers `at` is no longer the
    present, and the night may have begun.
    """
    _give_up_lapsed(at)
    return sum(
        _send_some(campaign_id, clock() if clock else at, limit)
        for campaign_id in _campaigns_due(at)
    )


def _send_some(campaign_id: int, at: datetime, limit: int) -> int:
    try:
        return _send(campaign_id, at, limit)
    except Exception:
        if not connection.is_usable():
            raise
        logger.exception("messages_failed", campaign_id=campaign_id)
    # One of them is at fault; the others must not wait for it.
    due = Delivery.objects.filter(
        campaign_id=campaign_id, state=Delivery.State.QUEUED, not_before_at__lte=at
    )
    with queue_order.kept():
        ids = list(due.order_by("not_before_at").values_list("pk", flat=True)[:limit])
    for delivery_id in ids:
        try:
            _send(campaign_id, at, 1, only=delivery_id)
        except Exception as error:
            if not connection.is_usable():
                raise
            logger.warning("message_failed", delivery=delivery_id, error=type(error).__name__)
            delivery_outcomes.put_off(delivery_id=delivery_id, at=at)
    return len(ids)


def _send(campaign_id: int, at: datetime, limit: int, only: int | None = None) -> int:
    with transaction.atomic(durable=True):
        looked_at, here, claims = delivery_claims.claim(
            campaign_id=campaign_id, at=at, limit=limit, only=only
        )
        delivery_outcomes.record_sent(here, at)
    for answers in hand_overs.each(claims, campaign_id=campaign_id):
        delivery_answers.settle(answers=answers, at=at)
    return looked_at


def _give_up_lapsed(at: datetime) -> None:
    """A claim whose sender died may have gone out or not: a person decides, not we."""
    Delivery.objects.filter(state=Delivery.State.CLAIMED, claimed_at__lte=at - LEASE).update(
        state=Delivery.State.UNKNOWN, reason=Delivery.Reason.SENDER_DIED
    )


def _campaigns_due(at: datetime) -> list[int]:
    """Running campaigns that have something to send: one step into the index for each."""
    with queue_order.kept(), connection.cursor() as cursor:
        cursor.execute(_CAMPAIGNS_DUE, [at, list(Campaign.SENDING)])
        return [campaign_id for (campaign_id,) in cursor.fetchall()]


_CAMPAIGNS_DUE = """
SELECT c.id FROM campaigns_campaign c CROSS JOIN LATERAL (
    SELECT FROM campaigns_delivery d
    WHERE d.campaign_id = c.id AND d.state = 'QUEUED' AND d.not_before_at <= %s
    ORDER BY d.not_before_at LIMIT 1
) first WHERE c.state = ANY(%s) ORDER BY c.priority DESC, c.id
"""
