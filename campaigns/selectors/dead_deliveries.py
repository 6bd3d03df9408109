"""Messages that wait for a person: failed, or nobody knows whether they arrived."""

from dataclasses import dataclass

from django.db.models import QuerySet

from campaigns.models import Delivery


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Of which campaign and channel, empty for all, and whether those that may have arrived too."""

    campaign_id: int | None = None
    medium: str = ""
    has_unknown: bool = False


def ids(rows: QuerySet[Delivery], *, wanted: Wanted, limit: int) -> list[int]:
    """Ids of those among `rows`, oldest first, at most `limit`."""
    states = [Delivery.State.FAILED]
    if wanted.has_unknown:
        states.append(Delivery.State.UNKNOWN)
    found = rows.filter(state__in=states)
    if wanted.campaign_id is not None:
        found = found.filter(campaign_id=wanted.campaign_id)
    if wanted.medium:
        found = found.filter(medium=wanted.medium)
    return list(found.order_by("pk").values_list("pk", flat=True)[:limit])
