"""Open holds, as working copies for the rules."""

from collections.abc import Sequence

from django.db import connection

from loyalty.rules.holds import Hold
from loyalty.services import states


def open_holds(*, member_ids: Sequence[int]) -> dict[int, list[Hold]]:
    """Holds that nobody resolved yet, by member, also those whose time is over; one query."""
    found: dict[int, list[Hold]] = {}
    with connection.cursor() as cursor:
        cursor.execute(states.OPEN_HOLDS, [list(member_ids)])
        for row in cursor.fetchall():
            found.setdefault(row[0], []).append(states.hold(row))
    return found
