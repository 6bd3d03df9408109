"""Work of the night. Nothing depends on it: every read and every spend settles by itself; it
writes the ledger's entries of what became usable or lapsed."""

from collections.abc import Iterator
from datetime import datetime

from loyalty.models import Account
from loyalty.services import points

CHUNK = 500


def settle_lots(*, at: datetime) -> int:
    """Settles the lots of every member for whom something is due; gives how many members. Each
    chunk is a transaction of its own: a run that is stopped goes on with the next one."""
    settled = 0
    for member_ids in _chunks(at):
        points.settle(member_ids=member_ids, at=at)
        settled += len(member_ids)
    return settled


def _chunks(at: datetime) -> Iterator[list[int]]:
    # Asked once: a loop that asks anew for the next chunk reads the table as often as it asks.
    due = list(
        Account.objects.filter(next_change_at__lte=at)
        .order_by("member_id")
        .values_list("member_id", flat=True)
    )
    for start in range(0, len(due), CHUNK):
        yield due[start : start + CHUNK]
