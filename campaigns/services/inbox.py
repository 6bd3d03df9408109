"""Members read what is in their inbox: the first time counts as opened."""

from datetime import datetime
from uuid import UUID

from campaigns.models import Delivery, Receipt
from campaigns.selectors import inbox
from campaigns.services import receipts
from campaigns.services.receipts import Told

_SOURCE = "inbox"


def read(*, member_id: int, uid: UUID, at: datetime) -> Delivery:
    """Notes that a member opened a message, once. Raises: NotFound."""
    message = inbox.message(member_id=member_id, uid=uid)
    if message.opened_at is not None:
        return message
    told = Told(
        delivery_id=message.pk,
        kind=Receipt.Kind.OPENED,
        source=_SOURCE,
        external_id=str(message.uid),
        occurred_at=at,
    )
    receipts.record(told=[told], at=at)
    return inbox.message(member_id=member_id, uid=uid)
