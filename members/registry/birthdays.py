"""How long a birthday must be known before it counts: what a higher app's programme says.

Part of the second inversion point: filled in `apps.ready`. Without a programme 30 days, in the
zone of the installation.
"""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings

from members.rules.birthdays import Policy

_ask: list[Callable[[], Policy | None]] = []


def set_policy(ask: Callable[[], Policy | None]) -> None:
    """`ask` gives what is in force now; the last app that sets it is asked."""
    _ask[:] = [ask]


def policy() -> Policy:
    """What is in force. One query where a programme decides it."""
    found = _ask[0]() if _ask else None
    return found or Policy(zone=ZoneInfo(settings.TIME_ZONE))
