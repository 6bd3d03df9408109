"""Messages that were reported on, failed ones, and suppressed addresses for the console's tests."""

from datetime import datetime
from typing import Any

from campaigns.models import Delivery
from campaigns.services import receipts, suppressions
from campaigns.services.receipts import Told
from campaigns.services.suppressions import ByHand


def fill(people: list[Any], *, actor_id: int, at: datetime) -> None:
    """Each message in one way or another; each person's phone suppressed."""
    for number, delivery in enumerate(Delivery.objects.order_by("pk")):
        states = ("SENT", "FAILED", "UNKNOWN")
        state = states[number % len(states)]
        reason = "" if state == "SENT" else "unreachable"
        changed = {"state": state, "reason": reason, "claimed_at": at, "sent_at": None}
        if state == "SENT":
            changed["sent_at"] = at
        Delivery.objects.filter(pk=delivery.pk).update(**changed)
        if state == "SENT":
            receipts.record(told=[_opened(delivery, at)], at=at)
    for number in range(len(people)):
        by_hand = ByHand(medium="SMS", address=f"1370000{number:04d}", reason="asked for it")
        suppressions.add(by_hand=by_hand, actor_id=actor_id, at=at)


def _opened(delivery: Delivery, at: datetime) -> Told:
    return Told(
        delivery_id=delivery.pk,
        kind="OPENED",
        source="stock",
        external_id=str(delivery.uid),
        occurred_at=at,
    )
