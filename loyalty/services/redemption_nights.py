"""What time does to redemptions, written down. Nothing depends on it: every read and every step
sees it by itself, and whoever finds a reward sold out has it tidied.

Source: docs/algorithms/rewards.md.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from loyalty.models import Redemption
from loyalty.services import redemption_ends

# Read in one go; each is a transaction of its own.
CHUNK = 500
# As many as somebody waits for who wants a reward that looks sold out.
FEW = 200
_WAITING = (Redemption.State.REQUESTED, Redemption.State.READY)


def settle(*, at: datetime) -> Iterator[int]:
    """Expires what is due by `at`; yields how many, chunk by chunk. A run that is stopped goes on
    with the next one."""
    last = 0
    while chunk := list(_due(at).filter(pk__gt=last).order_by("pk").values("pk", "uid")[:CHUNK]):
        last = chunk[-1]["pk"]
        yield sum(redemption_ends.expire(uid=one["uid"], at=at) for one in chunk)


def expire_of(*, reward_uid: UUID, member_id: int, at: datetime) -> int:
    """How many of this reward's and of this member's redemptions were due, and are written down."""
    due = _due(at)
    uids = {
        *due.filter(reward__uid=reward_uid).order_by("pk").values_list("uid", flat=True)[:FEW],
        *due.filter(member_id=member_id).order_by("pk").values_list("uid", flat=True)[:FEW],
    }
    return sum(redemption_ends.expire(uid=uid, at=at) for uid in sorted(uids))


def _due(at: datetime) -> QuerySet[Redemption]:
    return Redemption.objects.filter(state__in=_WAITING, expires_at__lte=at)
