"""Segments of members who are merged, erased, restricted or object; what is taken along, and what
grows old.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from analytics.models import (
    Segment,
    SegmentBuild,
    SegmentHit,
    SegmentMember,
    SegmentMove,
    SegmentOverride,
)
from analytics.services import segment_exports, segment_members
from members.models import Event
from members.registry import panels
from members.registry.privacy import (
    Erasing,
    ErasureStep,
    ExportSection,
    RetentionCategory,
    add_erasure_step,
    add_export_section,
    add_retention,
)
from members.services import merge_rows
from members.services.merges import Merge
from members.services.retention_categories import unheld

# After tags have moved, which may be a segment's.
MERGE, MERGE_ORDER = "analytics.segments", 92
ERASURE, ERASURE_ORDER = "analytics.segments", 212
MOVES, MOVES_DAYS, LEAST_DAYS = "analytics.segment_moves", 365, 7
BUILDS, BUILDS_DAYS = "analytics.segment_builds", 90
# These are judged once: the survivor takes the place of the retired card.
_LASTING = (Segment.Kind.STATIC, Segment.Kind.SNAPSHOT)


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_merge_step(MERGE, MERGE_ORDER, merge, undo=parted)
    add_erasure_step(ErasureStep(ERASURE, ERASURE_ORDER, erase))
    add_export_section(
        ExportSection("analytics.segments", 230, _("Segments"), ("segment", "since"), _taken_along)
    )
    add_retention(
        RetentionCategory(
            code=MOVES,
            label=_("Who came into segments and left them"),
            default_days=MOVES_DAYS,
            minimum_days=LEAST_DAYS,
            count=lambda before: _old(before).count(),
            remove=_remove_old,
        )
    )
    add_retention(
        RetentionCategory(
            code=BUILDS,
            label=_("Builds of segments in which nobody came or left"),
            default_days=BUILDS_DAYS,
            minimum_days=LEAST_DAYS,
            count=lambda before: _old_builds(before).count(),
            remove=_remove_old_builds,
        )
    )
    segment_exports.register()


def merge(done: Merge) -> dict[str, Any]:
    """What a hand said of the retired card holds for the survivor, unless a hand said something of
    them. In segments that are judged again the survivor is judged by the next build."""
    said = SegmentOverride.objects.filter(member_id=done.survivor_id).values("segment_id")
    theirs = SegmentOverride.objects.filter(member_id=done.retired_id)
    moving = list(theirs.exclude(segment_id__in=said).values_list("pk", flat=True))
    SegmentOverride.objects.filter(pk__in=moving).update(member_id=done.survivor_id)
    were = SegmentMember.objects.filter(
        member_id=done.retired_id, segment__kind__in=_LASTING
    ).values_list("segment_id", "since_at")
    lasting = [(segment_id, since_at.isoformat()) for segment_id, since_at in were]
    segment_members.leave(member_ids=[done.retired_id])
    carried = _enter(done.survivor_id, lasting)
    return {"overrides": moving, "were": lasting, "carried": carried}


def parted(done: Merge, moved: dict[str, Any]) -> None:
    merge_rows.give_back(SegmentOverride, done, moved["overrides"])
    SegmentMember.objects.filter(
        member_id=done.survivor_id, segment_id__in=moved["carried"]
    ).delete()
    _enter(done.retired_id, moved["were"])


def erase(erasing: Erasing) -> Mapping[str, int]:
    ids = erasing.member_ids
    # First: it waits for a file that is being made with them in it.
    left_rows = segment_members.leave(member_ids=ids)
    return {
        "analytics_segmentmember": left_rows,
        "analytics_segmentfile": segment_exports.forget(member_ids=ids),
        "analytics_segmentoverride": _delete(SegmentOverride.objects.filter(member_id__in=ids)),
        "analytics_segmentmove": _delete(SegmentMove.objects.filter(member_id__in=ids)),
        "analytics_segmenthit": _delete(SegmentHit.objects.filter(member_id__in=ids)),
    }


def left(events: Sequence[Event], at: datetime) -> None:
    """Who objects to profiling, or whose data may not be used, is in no segment any more."""
    ids = [
        event.member_id
        for event in events
        if event.member_id is not None and event.payload.get("is_restricted", True)
    ]
    if ids:
        segment_members.leave(member_ids=ids)


def _enter(member_id: int, rows: Iterable[Sequence[Any]]) -> list[int]:
    """Gives the segments that the member was not in before."""
    present = SegmentMember.objects.filter(member_id=member_id)
    before = set(present.values_list("segment_id", flat=True))
    fresh = [(pk, since) for pk, since in rows if pk not in before]
    SegmentMember.objects.bulk_create(
        [
            SegmentMember(
                segment_id=pk, member_id=member_id, since_at=datetime.fromisoformat(since)
            )
            for pk, since in fresh
        ],
        ignore_conflicts=True,
    )
    return [pk for pk, _since in fresh]


def _taken_along(member_ids: Sequence[int], at: datetime) -> Iterable[Mapping[str, Any]]:
    rows = SegmentMember.objects.filter(member_id__in=member_ids).order_by("segment__code")
    for code, since_at in rows.values_list("segment__code", "since_at"):
        yield {"segment": code, "since": since_at}


def _delete(rows: QuerySet[Any]) -> int:
    count: int = rows.delete()[0]
    return count


def _old(before: datetime) -> QuerySet[SegmentMove]:
    return unheld(SegmentMove.objects.filter(build__finished_at__lt=before))


def _old_builds(before: datetime) -> QuerySet[SegmentBuild]:
    """Without the last one of each segment, and those by which a segment that is judged once was
    judged. A build stays while its comings and goings do."""
    rows = SegmentBuild.objects.filter(finished_at__lt=before)
    shown = Segment.objects.filter(build=OuterRef("pk"))
    once = Q(state=SegmentBuild.State.DONE, segment__kind__in=_LASTING, message="")
    moved = SegmentMove.objects.filter(build=OuterRef("pk"))
    return rows.exclude(once).exclude(Exists(shown)).exclude(Exists(moved))


def _remove_old_builds(before: datetime, limit: int) -> int:
    ids = list(_old_builds(before).order_by("pk").values_list("pk", flat=True)[:limit])
    SegmentBuild.objects.filter(pk__in=ids).delete()
    return len(ids)


def _remove_old(before: datetime, limit: int) -> int:
    ids = list(_old(before).order_by("pk").values_list("pk", flat=True)[:limit])
    return _delete(SegmentMove.objects.filter(pk__in=ids))
