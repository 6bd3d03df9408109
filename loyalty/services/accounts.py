"""Opens accounts, and locks one for work that isn't an order."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from loyalty.models import Account, TierChange
from loyalty.services import posting, programs
from members.errors import NotFound


def open_account(*, member_id: int, at: datetime) -> Account:
    """The member's account at the first tier; a repeat gives the one that is there."""
    first = programs.current().levels[0]
    account, is_new = Account.objects.get_or_create(
        member_id=member_id, defaults={"tier_id": first.id, "tier_since_at": at}
    )
    if is_new:
        TierChange.objects.create(
            member_id=member_id,
            to_tier_id=first.id,
            reason=TierChange.Reason.JOINED,
            occurred_at=at,
            recorded_at=at,
        )
    return account


def open_accounts(*, joined: Mapping[int, datetime], at: datetime) -> None:
    """Accounts for new members, by id with the instant of joining; two statements for all."""
    first = programs.current().levels[0]
    Account.objects.bulk_create(
        [
            Account(member_id=member_id, tier_id=first.id, tier_since_at=since)
            for member_id, since in joined.items()
        ],
        ignore_conflicts=True,
    )
    TierChange.objects.bulk_create(
        TierChange(
            member_id=member_id,
            to_tier_id=first.id,
            reason=TierChange.Reason.JOINED,
            occurred_at=since,
            recorded_at=at,
        )
        for member_id, since in joined.items()
    )


def lock(*, member_ids: list[int], extra_lot_order_id: int | None = None) -> dict[int, Any]:
    """Working copies of the accounts behind their locks, with all open lots, and those of
    `extra_lot_order_id` even when they are spent. Locks in the order of member ids.

    Raises: NotFound when one has no account.
    """
    with connection.cursor() as cursor:
        # The lock is a statement of its own: what is read after it is read behind it.
        cursor.execute(
            "SELECT member_id FROM loyalty_account WHERE member_id = ANY(%s)"
            " ORDER BY member_id FOR NO KEY UPDATE",
            [member_ids],
        )
        if len(cursor.fetchall()) != len(set(member_ids)):
            raise NotFound("this member has no account")
        cursor.execute(
            "SELECT member_id, version, pending_points, active_points, held_points, debt_points,"
            " earned_points, redeemed_points, expired_points, next_change_at, tier_id,"
            " tier_since_at, tier_until_at, window_from_on, window_spend_amount,"
            " window_orders_count, orders_count, last_order_at"
            " FROM loyalty_account WHERE member_id = ANY(%s)",
            [member_ids],
        )
        accounts = cursor.fetchall()
        cursor.execute(
            "SELECT member_id, id, earned_points, remaining_points, activates_at, expires_at,"
            " is_pending, held_points, expired_points, clawed_points, absorbed_points, order_id"
            " FROM loyalty_lot WHERE (member_id = ANY(%s) AND is_open) OR order_id = %s"
            " ORDER BY id",
            [member_ids, extra_lot_order_id],
        )
        lots = cursor.fetchall()
    states = posting.states(accounts, lots)
    for state in states.values():
        state.ledger.knows_all_lots = True
    return states
