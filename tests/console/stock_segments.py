"""Segments of each kind, built, with members by hand; one published as a tag."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from analytics.services import segment_builds, segment_overrides, segment_publishing, segments
from analytics.services.segments import Draft
from members.models import Tag
from members.services import jobs

JOINED = {"field": "member.joined_days", "op": "gte", "value": 0}
ROWS = 12


def fill(people: Sequence[Any], *, actor_id: int, at: datetime) -> None:
    for number in range(ROWS):
        kind = ("DYNAMIC", "STATIC", "SNAPSHOT")[number % 3]
        draft = Draft(code=f"s-{number}", name_en=f"S {number}", kind=kind, condition=JOINED)
        made = segments.define(draft=draft, at=at, actor_id=actor_id)
        build = segment_builds.start(segment_id=made.pk, at=at, actor_id=actor_id)
        jobs.run(job_id=build.job_id, clock=lambda: at)
    by_hand = segments.define(draft=Draft(code="hand", name_en="Hand", kind="STATIC"), at=at)
    segment_overrides.put(
        segment_id=by_hand.pk,
        member_ids=[one.pk for one in people],
        is_included=True,
        at=at,
        actor_id=actor_id,
    )
    tag = Tag.objects.create(code="by-segment", name_en="By segment")
    segment_publishing.publish(segment_id=by_hand.pk, tag=tag, at=at)
