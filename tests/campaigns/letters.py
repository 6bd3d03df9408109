"""Messages that have left, and what is told of them."""

from datetime import timedelta

from campaigns.models import Delivery
from campaigns.services import receipts
from campaigns.services.receipts import Told
from members.models import Event
from tests.campaigns.shop import NOW, queued

HOUR = timedelta(hours=1)
TEXT = "New: https://shop.example/new?a=1 and https://shop.example/sale."


def sent(campaign, member, medium="EMAIL", **fields) -> Delivery:
    """A message that left at NOW."""
    told = {"state": "SENT", "claimed_at": NOW, "sent_at": NOW, "body": TEXT, **fields}
    return queued(campaign, member, medium, **told)


def told(delivery, kind, *, at=NOW + HOUR, number=1, **fields) -> Told:
    return Told(
        delivery_id=delivery.pk,
        kind=kind,
        source="gateway",
        external_id=f"{kind}-{number}",
        occurred_at=at,
        **fields,
    )


def tell(delivery, kind, **fields):
    """The result of one report."""
    later = NOW + 24 * HOUR
    (result,) = receipts.record(told=[told(delivery, kind, **fields)], at=later)
    delivery.refresh_from_db()
    return result.value


def message_events():
    """Types of events about messages, oldest first."""
    rows = Event.objects.filter(type__startswith="campaigns.message.").order_by("pk")
    return [row.type.removeprefix("campaigns.message.") for row in rows]
