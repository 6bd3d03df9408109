"""A member behind the lock under which benefits are used, claimed and given: that of the account,
so that tills, merges and changes of tier go one after the other."""

from datetime import datetime

from django.db import connection

from loyalty.services import accounts
from members.errors import MemberMerged, NotFound
from members.selectors import living

# A merge may come between looking and locking; two of one member in that moment don't.
_TURNS = 3


def owner(*, member_id: int, at: datetime) -> int:
    """Who the member is now, locked until the end of the transaction.

    Raises: NotFound, for nobody (any more); MemberErased.
    """
    for _ in range(_TURNS):
        found = living.id_of(member_id=member_id)
        if found is None:
            raise NotFound("there is no such member")
        try:
            # The member before the account, as merges and prizes do it.
            living.refuse_gone(member_ids=[found])
        except MemberMerged:
            continue
        if not hold(member_id=found):
            accounts.open_account(member_id=found, at=at)
            hold(member_id=found)
        return found
    raise MemberMerged


def hold(*, member_id: int) -> bool:
    """The member's account, locked until the end of the transaction, also of somebody who is gone;
    whether there is one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM loyalty_account WHERE member_id = %s FOR NO KEY UPDATE", [member_id]
        )
        return bool(cursor.rowcount == 1)
