"""Who was merged into whom, and since when."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from members.models import Event, Member

_MERGED = "members.member.merged"


def one_person(*, member_id: int, at: datetime) -> frozenset[int]:
    """The ids whose facts were this member's as of `at`: their own, and those of members that
    had been merged into them by then."""
    # One who was merged on carries no pointers any more: then the events tell.
    concerned = Member.objects.filter(
        Q(merged_into_id=member_id) | Q(pk=member_id, merged_into__isnull=False)
    )
    if not concerned.exists():
        return frozenset({member_id})
    found: set[int] = set()
    ahead = {member_id}
    while ahead:
        found |= ahead
        ahead = _absorbed(ahead, at) - found
    return frozenset(found)


def survivor_at(*, member: Member, at: datetime) -> Member:
    """Whom this member's id led to at `at`: before a merge, to themselves."""
    while member.merged_into_id is not None:
        into = _merged_into(member, at)
        if into is None:
            return member
        member = into
    return member


def _absorbed(member_ids: Collection[int], at: datetime) -> set[int]:
    told = Event.objects.filter(type=_MERGED, member_id__in=member_ids, recorded_at__lte=at)
    return {event.payload["retired_id"] for event in told}


def _merged_into(member: Member, at: datetime) -> Member | None:
    """The one that took this member over by `at`; told in the timeline of that one."""
    event = (
        Event.objects.filter(
            type=_MERGED,
            payload__retired_id=member.pk,
            recorded_at__lte=at,
            member_id__in=_all_survivors(member),
        )
        .order_by("pk")
        .first()
    )
    return None if event is None else Member.objects.get(pk=event.member_id)


def _all_survivors(member: Member) -> set[int]:
    """Everyone this member's facts may have gone to: the present survivor and whom it absorbed."""
    last = member.merged_into_id
    assert last is not None
    ids = Member.objects.filter(merged_into_id=last).values_list("pk", flat=True)
    return {last, *ids} - {member.pk}
