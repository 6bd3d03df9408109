"""Who was merged into whom, since when, and until when: merges can be taken back."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from members.models import Event, Member, MemberMerge

_MERGED, _PARTED = "members.member.merged", "members.member.unmerged"


def one_person(*, member_id: int, at: datetime) -> frozenset[int]:
    """The ids whose facts were this member's as of `at`: their own, and those of members that
    had been merged into them by then and were not parted again."""
    if not _is_concerned(member_id):
        return frozenset({member_id})
    found: set[int] = set()
    ahead = {member_id}
    while ahead:
        found |= ahead
        ahead = _absorbed(ahead, at) - found
    return frozenset(found)


def ever_one_with(*, member_id: int) -> frozenset[int]:
    """Whoever was merged with this member at any time, and parted again."""
    rows = MemberMerge.objects.filter(
        Q(survivor_id=member_id) | Q(retired_id=member_id), undone_at__isnull=False
    )
    pairs = rows.values_list("survivor_id", "retired_id")
    return frozenset(one for pair in pairs for one in pair) - {member_id}


def survivor_at(*, member: Member, at: datetime) -> Member:
    """Whom this member's id led to at `at`: before a merge, and once parted, to themselves."""
    while (into := _merged_into(member, at)) is not None:
        member = into
    return member


def _is_concerned(member_id: int) -> bool:
    # One who was merged on carries no pointers any more: then the events tell.
    led = Member.objects.filter(
        Q(merged_into_id=member_id) | Q(pk=member_id, merged_into__isnull=False)
    )
    parted = MemberMerge.objects.filter(survivor_id=member_id, undone_at__isnull=False)
    return led.exists() or parted.exists()


def _absorbed(member_ids: Collection[int], at: datetime) -> set[int]:
    told = Event.objects.filter(
        type__in=(_MERGED, _PARTED), member_id__in=member_ids, recorded_at__lte=at
    )
    last: dict[tuple[int | None, int], str] = {}
    for event in told.order_by("pk"):
        last[event.member_id, event.payload["retired_id"]] = event.type
    return {retired for (_, retired), type_ in last.items() if type_ == _MERGED}


def _merged_into(member: Member, at: datetime) -> Member | None:
    """The one that took this member over by `at`, and still had them then."""
    rows = MemberMerge.objects.filter(retired_id=member.pk, merged_at__lte=at)
    in_force = rows.filter(Q(undone_at__isnull=True) | Q(undone_at__gt=at))
    row = in_force.select_related("survivor__key").order_by("-pk").first()
    if row is not None:
        return row.survivor
    return _told_of(member, at) if member.merged_into_id is not None else None


def _told_of(member: Member, at: datetime) -> Member | None:
    """For merges from before they were kept as rows: the timeline of the other one tells."""
    if MemberMerge.objects.filter(retired_id=member.pk).exists():
        return None
    last = member.merged_into_id
    ids = Member.objects.filter(merged_into_id=last).values_list("pk", flat=True)
    event = (
        Event.objects.filter(
            type=_MERGED,
            payload__retired_id=member.pk,
            recorded_at__lte=at,
            member_id__in={last, *ids} - {member.pk},
        )
        .order_by("pk")
        .first()
    )
    return None if event is None else Member.objects.get(pk=event.member_id)
