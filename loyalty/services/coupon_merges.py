"""What a merge of two members moves here: coupons, and what was used of limits per person.

Registered as a step of `members.services.merges`. The sums before are the sums after: who had one
on each card has had two.
"""

from typing import Any

from django.db import connection
from django.db.models import F

from loyalty.models import Coupon, CouponMove, PoolUse
from members.services.merges import Merge


def move(done: Merge) -> dict[str, Any]:
    """The retired member's coupons and uses are the survivor's; gives which, and what the
    survivor has used afterwards."""
    values = _values(done)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, values)
        coupons = [row[0] for row in _run(_COUPONS, values)]
        # A printed code that is locked for an order of theirs is nobody's yet.
        printed = [row[0] for row in _run(_HOLDERS, values)]
        uses = [list(row) for row in _run(_GONE, values)]
        cursor.execute(
            _USES, {**values, "keys": [u[0] for u in uses], "used": [u[1] for u in uses]}
        )
    return {
        "coupons": coupons,
        "printed": printed,
        "uses": uses,
        "used_after": _used(done),
        "last_move_id": _last_move(done),
    }


def give_back(done: Merge, moved: dict[str, Any]) -> None:
    """Coupons with their codes, lives and locks, and each card's own uses."""
    to = f"member:{done.retired_id}"
    theirs = Coupon.objects.filter(pk__in=moved["coupons"], member_id=done.survivor_id)
    theirs.update(member_id=done.retired_id, holder=to)
    Coupon.objects.filter(pk__in=moved["printed"]).update(holder=to)
    for key, used in moved["uses"]:
        left = PoolUse.objects.filter(key=key, holder=f"member:{done.survivor_id}")
        left.update(used=F("used") - used)
        # As if it had never been there: the survivor had used none.
        left.filter(used=0).delete()
        PoolUse.objects.create(key=key, holder=to, used=used)


def obstacle(done: Merge, moved: dict[str, Any]) -> str:
    """`coupons_used`, when a coupon was given, used or voided, or an offer that is limited per
    person was taken, since."""
    is_same = _last_move(done) == moved["last_move_id"] and _used(done) == moved["used_after"]
    return "" if is_same else "coupons_used"


def _values(done: Merge) -> dict[str, Any]:
    return {
        "retired": done.retired_id,
        "survivor": done.survivor_id,
        "from": f"member:{done.retired_id}",
        "to": f"member:{done.survivor_id}",
    }


def _run(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _used(done: Merge) -> list[list[Any]]:
    rows = PoolUse.objects.filter(holder=f"member:{done.survivor_id}").order_by("key")
    return [[key, used] for key, used in rows.values_list("key", "used")]


def _last_move(done: Merge) -> int:
    own = Coupon.objects.filter(member_id=done.survivor_id).values("pk")
    last = CouponMove.objects.filter(coupon_id__in=own).order_by("-pk").values_list("pk", flat=True)
    return int(last.first() or 0)


# In the order of ids, as everything that locks several.
_LOCK = """
SELECT FROM loyalty_coupon WHERE member_id = %(retired)s ORDER BY id FOR NO KEY UPDATE
"""
_COUPONS = """
UPDATE loyalty_coupon SET member_id = %(survivor)s, holder = %(to)s
WHERE member_id = %(retired)s RETURNING id
"""
_HOLDERS = """
UPDATE loyalty_coupon SET holder = %(to)s WHERE state = 'LOCKED' AND holder = %(from)s
RETURNING id
"""
_GONE = "DELETE FROM loyalty_pooluse WHERE holder = %(from)s RETURNING key, used"
_USES = """
INSERT INTO loyalty_pooluse (key, holder, used)
SELECT key, %(to)s, used FROM unnest(%(keys)s::text[], %(used)s::bigint[]) AS u (key, used)
ORDER BY key
ON CONFLICT (holder, key) DO UPDATE SET used = loyalty_pooluse.used + excluded.used
"""
