"""What a merge of two members moves here: coupons, and what was used of limits per person.

Registered as a step of `members.services.merges`. The sums before are the sums after: who had one
on each card has had two.
"""

from django.db import connection

from members.services.merges import Merge


def move(done: Merge) -> None:
    """The retired member's coupons and uses are the survivor's."""
    values: dict[str, int | str] = {
        "retired": done.retired_id,
        "survivor": done.survivor_id,
        "from": f"member:{done.retired_id}",
        "to": f"member:{done.survivor_id}",
    }
    with connection.cursor() as cursor:
        for statement in (_LOCK, _COUPONS, _HOLDERS, _USES, _DELETE):
            cursor.execute(statement, values)


# In the order of ids, as everything that locks several.
_LOCK = """
SELECT FROM loyalty_coupon WHERE member_id = %(retired)s ORDER BY id FOR NO KEY UPDATE
"""
_COUPONS = """
UPDATE loyalty_coupon SET member_id = %(survivor)s, holder = %(to)s
WHERE member_id = %(retired)s
"""
# A printed code that is locked for an order of theirs is nobody's yet.
_HOLDERS = """
UPDATE loyalty_coupon SET holder = %(to)s WHERE state = 'LOCKED' AND holder = %(from)s
"""
_USES = """
INSERT INTO loyalty_pooluse (key, holder, used)
SELECT key, %(to)s, used FROM loyalty_pooluse WHERE holder = %(from)s ORDER BY key
ON CONFLICT (holder, key) DO UPDATE SET used = loyalty_pooluse.used + excluded.used
"""
_DELETE = "DELETE FROM loyalty_pooluse WHERE holder = %(from)s"
