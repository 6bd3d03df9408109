"""How fresh the roll-ups are."""

from datetime import datetime

from analytics.services import facts
from members.models import Heartbeat


def facts_at() -> datetime | None:
    """When months, purchase days and days' figures were last brought up to date; None if they
    never were. One query."""
    found = Heartbeat.objects.filter(name=facts.HEARTBEAT).values_list("seen_at", flat=True)
    return found.first()
