"""One worker at a time brings a member in or lets them out, so that neither overlooks the other.

A purchase that is told while the member is just coming in is seen by whoever comes second: by the
orders that are there, or by the row of the member.
"""

from collections.abc import Collection

from django.db import connection

# Few, so that a batch can't fill the server's table of locks.
_STRIPES = 256
_LOCK_SPACE = 7_081


def hold(member_ids: Collection[int]) -> None:
    """To the end of the transaction, before anything of these members is read; all take them in
    one order."""
    stripes = sorted({member_id % _STRIPES for member_id in member_ids})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, stripe) FROM unnest(%s::int[]) AS stripe",
            [_LOCK_SPACE, stripes],
        )
