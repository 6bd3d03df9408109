"""The short way of spending points: one statement where nothing is to be decided."""

from datetime import datetime

from django.db import connection

from loyalty.events import PointsRedeemed
from members.ids import uuid7
from members.registry import subscriptions
from members.services import bell


def redeem_plainly(*, member_id: int, points: int, key: str, reason: str, at: datetime) -> bool:
    """Whether the points were spent, as `Ledger.redeem` would spend them. Where something is due
    or owed, a lot slides or there is too little, nothing is done: that takes the rules.

    Raises: IntegrityError, when the key was used.
    Source: loyalty/migrations/sql/redeem.sql.
    """
    event_type = PointsRedeemed.type
    subscribers = list(subscriptions.subscribers_of(event_type, at))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT loyalty_redeem(%s, %s, %s, %s, %s, %s, %s, %s)",
            [member_id, points, reason, key, at, uuid7(), event_type, subscribers],
        )
        is_done: bool = cursor.fetchone()[0]
    if is_done and subscribers:
        bell.ring_on_commit()
    return is_done
