"""How a member came to their tier."""

from loyalty.models import TierChange
from members.selectors import pages
from members.selectors.pages import Page


def history(*, member_id: int, before_id: int | None = None, limit: int = 30) -> Page[TierChange]:
    """The member's tier changes, newest first; one query."""
    changes = TierChange.objects.filter(member_id=member_id)
    changes = changes.select_related("from_tier", "to_tier")
    return pages.newest_first(changes, before_id=before_id, limit=limit)
