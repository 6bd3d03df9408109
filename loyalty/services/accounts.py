"""Opens accounts, and locks one for work that isn't an order."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from django.db import connection

from loyalty.models import Account, TierChange
from loyalty.rules import calendar
from loyalty.services import programs, states
from loyalty.services.states import AccountRow, HoldRow, LotRow, State
from members.errors import MemberErased, MemberMerged, NotFound

# The account of an erased member has a version below this one: no till attaches anything to it
# (`loyalty_open` refuses versions below zero), but its refunds and lapses are still posted.
ERASED = -(10**15)


class _Locked(msgspec.Struct, array_like=True, frozen=True):
    """What `loyalty_lock` found, field by field in its order."""

    accounts: list[AccountRow]
    lots: list[LotRow]
    holds: list[HoldRow]


_decode = msgspec.json.Decoder(_Locked).decode


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


def lock(
    *,
    member_ids: list[int],
    extra_lot_order_id: int | None = None,
    includes_erased: bool = False,
) -> dict[int, State]:
    """Working copies of the accounts behind their locks, with all open lots, and those of
    `extra_lot_order_id` even when they are spent. Locks in the order of member ids.
    `includes_erased` is for what goes on without the person: refunds, ends of holds, lapses.

    Raises: NotFound when one has no account; MemberMerged when one was merged meanwhile;
    MemberErased when one was erased.
    Source: loyalty/migrations/sql/lock.sql.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT loyalty_lock(%s, %s)", [member_ids, extra_lot_order_id])
        locked = _decode(cursor.fetchone()[0])
    if len(locked.accounts) != len(set(member_ids)):
        raise NotFound("this member has no account")
    # The version of a retired account is below zero; column as in `ACCOUNT_COLUMNS`.
    if any(ERASED < row[1] < 0 for row in locked.accounts):
        raise MemberMerged
    if not includes_erased and any(row[1] <= ERASED for row in locked.accounts):
        raise MemberErased
    found = states.states(locked.accounts, locked.lots, None, locked.holds)
    for state in found.values():
        state.ledger.knows_all_lots = True
    return found
