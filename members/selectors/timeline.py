"""What happened to a member, newest first."""

from members.models import Event
from members.registry import sentences
from members.selectors import pages
from members.selectors.pages import Page


def timeline(*, member_id: int, before_id: int | None = None, limit: int = 30) -> Page[Event]:
    """The member's events, without those that another event's sentence tells already."""
    events = Event.objects.filter(member_id=member_id).select_related("actor")
    folded = sentences.folded_types()
    if folded:
        events = events.exclude(type__in=folded)
    return pages.newest_first(events, before_id=before_id, limit=limit)
