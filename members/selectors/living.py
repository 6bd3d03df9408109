"""To whom something goes that was meant for a member some time ago."""

from collections.abc import Collection

from django.db import connection

from members.errors import MemberErased, MemberMerged
from members.models import Member

_ALIVE = (Member.State.ACTIVE, Member.State.RESTRICTED)


def id_of(*, member_id: int) -> int | None:
    """The member, or who took their card over; None for who was erased. One query or two."""
    found: int | None = member_id
    while found is not None:
        row = Member.objects.filter(pk=found).values("state", "merged_into_id").first()
        if row is None or row["state"] in _ALIVE:
            return None if row is None else found
        found = row["merged_into_id"]
    return None


def refuse_gone(*, member_ids: Collection[int]) -> None:
    """For a writer whose new rows name these members: a merge or an erasure waits for the end of
    the transaction from now on, and one that came between reading a member and writing is seen
    here. One query.

    Raises: MemberMerged; MemberErased. The next attempt finds whom the card leads to, or nobody.
    """
    with connection.cursor() as cursor:
        # Foreign keys take this lock too, but only at the commit: too late to look.
        cursor.execute(_HELD, [sorted(member_ids)])
        states = {state for (state,) in cursor.fetchall()}
    if Member.State.ERASED in states:
        raise MemberErased
    if Member.State.MERGED in states:
        raise MemberMerged


_HELD = "SELECT state FROM members_member WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"
