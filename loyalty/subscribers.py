"""What this app hears of."""

from datetime import datetime

from loyalty.services import accounts
from members.models import Event
from members.registry import subscriptions


def open_account(event: Event, at: datetime) -> None:
    """Whoever registers holds an account from the same instant."""
    assert event.member_id is not None
    accounts.open_account(member_id=event.member_id, at=event.occurred_at)


subscriptions.subscribe_at_once(
    event_type="members.member.registered",
    subscriber="loyalty.open_account",
    handler=open_account,
)
