"""What happened to a member, newest first."""

from members.models import Event, Member
from members.registry import sentences
from members.selectors import pages
from members.selectors.pages import Page


def timeline(*, member_id: int, before_id: int | None = None, limit: int = 30) -> Page[Event]:
    """The member's events and those of members merged into them, without those that another
    event's sentence tells already."""
    # Asked apart: a list of ids keeps to the timeline's index.
    retired = Member.objects.filter(merged_into_id=member_id).values_list("pk", flat=True)
    events = Event.objects.filter(member_id__in=[member_id, *retired]).select_related("actor")
    folded = sentences.folded_types()
    if folded:
        events = events.exclude(type__in=folded)
    return pages.newest_first(events, before_id=before_id, limit=limit)
