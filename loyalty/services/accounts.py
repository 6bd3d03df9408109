"""Opens accounts, and locks one for work that isn't an order."""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from loyalty.models import Account, TierChange
from loyalty.rules import calendar
from loyalty.services import programs, states
from loyalty.services.states import State
from members.errors import NotFound


def open_account(*, member_id: int, at: datetime) -> Account:
    """The member's account at the first tier; a repeat gives the one that is there."""
    terms = programs.current()
    first = terms.levels[0]
    account, is_new = Account.objects.get_or_create(
        member_id=member_id,
        defaults={
            "tier_id": first.id,
            "tier_since_at": at,
            "joined_on": calendar.local_day(at, terms.zone),
        },
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
    terms = programs.current()
    first = terms.levels[0]
    Account.objects.bulk_create(
        [
            Account(
                member_id=member_id,
                tier_id=first.id,
                tier_since_at=since,
                joined_on=calendar.local_day(since, terms.zone),
            )
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


def lock(*, member_ids: list[int], extra_lot_order_id: int | None = None) -> dict[int, State]:
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
        # Only our own column names are put in.
        cursor.execute(
            f"SELECT {states.ACCOUNT_COLUMNS} FROM loyalty_account"  # noqa: S608
            " WHERE member_id = ANY(%s)",
            [member_ids],
        )
        accounts = cursor.fetchall()
        cursor.execute(
            f"SELECT {states.LOT_COLUMNS} FROM loyalty_lot l"  # noqa: S608
            " WHERE (l.member_id = ANY(%s) AND l.is_open) OR l.order_id = %s ORDER BY l.id",
            [member_ids, extra_lot_order_id],
        )
        lots = cursor.fetchall()
        holds: list[states.HoldRow] = []
        if any(row[4] for row in accounts):
            cursor.execute(states.OPEN_HOLDS, [member_ids])
            holds = cursor.fetchall()
    found = states.states(accounts, lots, None, holds)
    for state in found.values():
        state.ledger.knows_all_lots = True
    return found
