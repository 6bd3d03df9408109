"""What a merge of two members moves here: offers they used, quotes of their orders, open locks.

Registered as a step of `members.services.merges`, behind the locks of both accounts.
"""

from django.db import connection

from campaigns.models import OfferUse, OrderQuote, QuoteLock
from members.services.merges import Merge


def move(done: Merge) -> None:
    """All of it is the survivor's from now on, limits per member included: who used an offer
    once with each card used it twice. Again it finds nothing."""
    locks = QuoteLock.objects.filter(member_id=done.retired_id)
    # Whoever ends one of these locks counts for the retired member; they are through, or wait.
    list(locks.order_by("pk").select_for_update().values_list("pk"))
    locks.update(member_id=done.survivor_id)
    OrderQuote.objects.filter(member_id=done.retired_id).update(member_id=done.survivor_id)
    old, new = f"member:{done.retired_id}", f"member:{done.survivor_id}"
    OfferUse.objects.filter(member_id=done.retired_id, holder=old).update(holder=new)
    OfferUse.objects.filter(member_id=done.retired_id).update(member_id=done.survivor_id)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"old": old, "new": new})


_COUNTS = """
WITH gone AS (
    DELETE FROM loyalty_pooluse
    WHERE holder = %(old)s AND key LIKE 'offer:%%' RETURNING key, used
)
INSERT INTO loyalty_pooluse (key, holder, used)
SELECT key, %(new)s, used FROM gone ORDER BY key
ON CONFLICT (holder, key) DO UPDATE SET used = loyalty_pooluse.used + excluded.used
"""
