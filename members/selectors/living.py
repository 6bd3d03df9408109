"""To whom something goes that was meant for a member some time ago."""

from collections.abc import Collection

from members.errors import MemberMerged
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


def refuse_merged(*, member_ids: Collection[int]) -> None:
    """For a writer whose new rows name these members: a merge waits for them from now on, and one
    that came between reading a member and writing is seen here. One query.

    Raises: MemberMerged; the next attempt finds whom the card leads to.
    """
    if Member.objects.filter(pk__in=member_ids, state=Member.State.MERGED).exists():
        raise MemberMerged
