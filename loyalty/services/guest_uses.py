"""What guests used, counted by their phone, becomes the member's when the phone does.

Source: loyalty/migrations/sql/pools.sql.
"""

from collections.abc import Iterable

from django.db import connection


def take_over(*, member_ids: Iterable[int]) -> None:
    """Uses by the phones of these members count against their own limits from now on. Again it
    finds nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT loyalty_guests_join(%s)", [sorted(member_ids)])
