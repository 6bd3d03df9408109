"""What was spent on channels."""

from datetime import datetime, timedelta

from analytics.models import ChannelSpend
from members.models import Channel, Store, User


def fill(*, actor: User, at: datetime) -> None:
    day = at.date()
    for number in range(3):
        ChannelSpend.objects.create(
            channel=Channel.objects.get(code="pos"),
            store=Store.objects.get(code="SH01") if number else None,
            placement="entrance-poster",
            from_on=day - timedelta(days=9),
            to_on=day,
            amount=100_000 + number,
            number=f"R-{number}",
            created_by=actor,
            created_at=at,
        )
