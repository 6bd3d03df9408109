"""What happened to a member, newest first."""

from django.db.models import Q

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


# What a member reads of themselves: what was bought, earned, used, and what they told us. Whatever
# staff note, suspect or merge is not among it.
_OWN_APP = "loyalty."
_OWN_TYPES = ("members.member.registered", "members.consent.recorded")


def own(*, member_id: int, before_id: int | None, limit: int) -> list[Event]:
    """At most `limit` events for the member's own eyes, newest first, older than `before_id`."""
    retired = Member.objects.filter(merged_into_id=member_id).values_list("pk", flat=True)
    events = Event.objects.filter(
        Q(type__startswith=_OWN_APP) | Q(type__in=_OWN_TYPES),
        member_id__in=[member_id, *retired],
    )
    folded = sentences.folded_types()
    if folded:
        events = events.exclude(type__in=folded)
    if before_id is not None:
        events = events.filter(pk__lt=before_id)
    return list(events.order_by("-pk")[:limit])
