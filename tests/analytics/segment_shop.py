"""Segments of the cast: said, built and looked at as the product does."""

from typing import Any

from analytics.models import Segment, SegmentBuild, SegmentMember
from analytics.services import segment_builds, segments
from analytics.services.segments import Draft
from members.models import Job, MemberTag
from members.services import jobs
from tests import world

NOW = world.NOW
FEMALE = {"field": "member.gender", "op": "eq", "value": "FEMALE"}
EVERYBODY = {"field": "member.joined_days", "op": "gte", "value": 0}


def draft(code: str = "ladies", condition: Any = FEMALE, **more: Any) -> Draft:
    return Draft(code=code, name_en=code.title(), condition=condition, **more)


def define(code: str = "ladies", condition: Any = FEMALE, **more: Any) -> Segment:
    return segments.define(draft=draft(code, condition, **more), at=NOW)


def asks(*codes: str) -> dict[str, Any]:
    return {"field": "segments", "op": "contains", "value": list(codes)}


def bears(*codes: str) -> dict[str, Any]:
    return {"field": "member.tags", "op": "contains", "value": list(codes)}


def build(segment: Segment, at: Any = NOW) -> SegmentBuild:
    """Built to its end by a job."""
    made = segment_builds.start(segment_id=segment.pk, at=at)
    assert made.job is not None
    assert jobs.run(job_id=made.job.pk, clock=lambda: at) == Job.State.DONE
    made.refresh_from_db()
    segment.refresh_from_db()
    return made


def inside(segment: Segment) -> set[int]:
    return set(SegmentMember.objects.filter(segment=segment).values_list("member_id", flat=True))


def moves(made: SegmentBuild) -> dict[int, bool]:
    return dict(made.moves.values_list("member_id", "is_entry"))


def bearers(code: str) -> dict[int, str]:
    return dict(MemberTag.objects.filter(tag__code=code).values_list("member_id", "origin"))
