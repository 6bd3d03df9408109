"""Where a segment stands: its page, the build at work, and the deeds that it allows now."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from analytics.models import Segment, SegmentBuild
from members.models import Job

_GOING = (SegmentBuild.State.QUEUED, SegmentBuild.State.RUNNING)
_ENDED = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELED)
MORE: dict[str, Any] = {
    "title": _("More"),
    "icon": "more_horiz",
    "items": ["upload_list", "publish_it", "withdraw_it", "export_it", "archive_it"],
}


def page_of(object_id: Any) -> str:
    return reverse("admin:analytics_segment_change", args=[object_id])


def running_build(segment_id: int) -> SegmentBuild | None:
    """The build that is waiting or at work; one whose job has ended isn't."""
    going = SegmentBuild.objects.filter(segment_id=segment_id, state__in=_GOING)
    found: SegmentBuild | None = going.select_related("job").order_by("-pk").first()
    if found is not None and found.job is not None and found.job.state in _ENDED:
        return None
    return found


def hidden_deeds(segment_id: Any) -> set[str]:
    """Deeds that the service would refuse anyway; one query."""
    at_work = SegmentBuild.objects.filter(segment=OuterRef("pk"), state__in=_GOING)
    rows = Segment.objects.annotate(is_going=Exists(at_work.exclude(job__state__in=_ENDED)))
    segment = rows.filter(pk=segment_id).first()
    return set() if segment is None else _hidden(segment)


def _hidden(segment: Any) -> set[str]:
    if segment.is_archived:
        return {"build_now", "stop_build", "put_member", *MORE["items"]}
    hidden = {"withdraw_it"} if segment.tag_id is None else {"publish_it"}
    if not segment.is_going:
        hidden.add("stop_build")
    is_built = segment.built_at is not None
    if segment.kind == Segment.Kind.SNAPSHOT:
        hidden |= {"put_member", "upload_list"} | ({"build_now"} if is_built else set())
    if segment.kind == Segment.Kind.STATIC and not segment.condition:
        hidden.add("build_now")
    return hidden
