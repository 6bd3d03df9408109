"""The codes of a batch: how many are in which state, and code by code for a file or for print."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from loyalty.models import Coupon

CHUNK = 5_000


@dataclass(frozen=True)
class Code:
    """A code as a file lists it. Instants are None where the type says none."""

    code: str
    state: str
    valid_from: datetime | None
    expires_at: datetime | None
    redeemed_at: datetime | None


def states(*, batch_id: int) -> dict[str, int]:
    """Codes by state; states that none is in are left out. One query."""
    rows = Coupon.objects.filter(batch_id=batch_id).values_list("state").annotate(n=Count("pk"))
    return dict(rows.order_by("state"))


def codes(*, batch_id: int) -> Iterator[Code]:
    """All codes of the batch in the order made, read in chunks."""
    rows = Coupon.objects.filter(batch_id=batch_id).order_by("pk")
    for row in rows.values_list(
        "code", "state", "valid_from", "expires_at", "redeemed_at"
    ).iterator(chunk_size=CHUNK):
        yield Code(*row)


def unused(*, batch_id: int, at: datetime) -> QuerySet[Coupon]:
    """Codes that can still be handed out: issued, and not over at `at`."""
    is_over = Q(expires_at__lte=at)
    issued = Coupon.objects.filter(batch_id=batch_id, state=Coupon.State.ISSUED)
    return issued.exclude(is_over).order_by("pk")
