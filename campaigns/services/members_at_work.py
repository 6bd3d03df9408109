"""Members whom something is being done for, beside those who merge or erase them.

Whoever merges or erases holds the member and then what hangs on it; whoever does a step holds what
hangs on it and then, with each row that names the member, the member. So who does a step doesn't
wait for members that somebody else holds: they have their turn a moment later.
"""

from collections.abc import Collection

from django.db import connection


def free(*, member_ids: Collection[int]) -> set[int]:
    """Those that nobody changes at this moment, nor will until the transaction ends."""
    if not member_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM members_member WHERE id = ANY(%s::bigint[]) ORDER BY id "
            "FOR KEY SHARE SKIP LOCKED",
            [sorted(member_ids)],
        )
        return {member_id for (member_id,) in cursor.fetchall()}
