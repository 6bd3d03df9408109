"""What this app hears of."""

from collections.abc import Sequence
from datetime import datetime

from loyalty.services import accounts
from members.models import Event
from members.registry import subscriptions


def open_accounts(events: Sequence[Event], at: datetime) -> None:
    """Whoever registers holds an account from the same instant."""
    joined = {event.member_id: event.occurred_at for event in events if event.member_id}
    accounts.open_accounts(joined=joined, at=at)


subscriptions.subscribe_at_once(
    event_type="members.member.registered",
    subscriber="loyalty.open_account",
    handler=open_accounts,
)
