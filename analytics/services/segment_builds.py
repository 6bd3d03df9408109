"""Building a segment: everybody is judged part by part, then who came and who left is written at
once, if nothing overtook the build. Source: docs/algorithms/segments.md.

What is found lies in rows of the build's own: a worker that is killed loses the part at hand. The
fence is the build's row behind its lock: a newer build, another version or an archived segment
have said SUPERSEDED there, and then nothing is written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q

from analytics.models import Segment, SegmentBuild
from analytics.services import segment_members, segments
from members.errors import DomainError
from members.models import Job, Member
from members.registry import panels
from members.rules.conditions import Condition
from members.selectors import member_conditions
from members.selectors.member_conditions import Whose
from members.services import jobs
from members.services.jobs import JobCanceled, JobLost, RunningJob

KIND = "analytics.segment_build"
# So many ids at a time: seconds, also of conditions that sum orders; fewer where there are many
# comparisons, since a job that is silent for minutes counts as dead.
PART = 100_000
MANY = 8
# No night is silent for so long.
FORGOTTEN = timedelta(days=1)
_State = SegmentBuild.State
_GOING = (_State.QUEUED, _State.RUNNING)


class NothingToBuild(DomainError):
    """The members of this segment are chosen by hand: there is nothing to build."""

    code = "nothing_to_build"


class BuiltAlready(DomainError):
    """This segment was built once and stays so: change its members by hand, or make another."""

    code = "built_already"
    status = 409


class Superseded(Exception):
    """A newer build or another version overtook this one: the part at hand isn't written."""


@dataclass(frozen=True)
class Change:
    """How many members are in it now, how many came and how many left."""

    members: int
    entered: int
    left: int


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_job_kind(KIND, run)


def start(*, segment_id: int, at: datetime, actor_id: int | None = None) -> SegmentBuild:
    """The build that a job makes, as of `at`; builds of this segment at work are overtaken.

    Raises: NotFound; NothingToBuild; BuiltAlready.
    """
    with transaction.atomic():
        build = begin(segment_id=segment_id, at=at)
        build.job = jobs.enqueue(
            kind=KIND, params={"build": build.pk}, at=at, requested_by_id=actor_id
        )
        build.save(update_fields=["job"])
    return build


def begin(*, segment_id: int, at: datetime) -> SegmentBuild:
    """As `start`, for who builds it themselves by `building`."""
    with transaction.atomic():
        segment = segments.lock(segment_id)
        _check(segment)
        segments.supersede(segment=segment, at=at)
        _forget_overtaken(segment)
        return SegmentBuild.objects.create(
            segment=segment, version=segment.version, as_of_at=at, created_at=at
        )


def stop(*, segment_id: int, at: datetime) -> SegmentBuild | None:
    """The build at work, which ends after its present part, or at once where it hadn't begun; None
    where there is none.

    Raises: NotFound; AlreadyDecided, if it has just ended.
    """
    with transaction.atomic():
        segment = segments.lock(segment_id)
        build = segment.builds.filter(state__in=_GOING).order_by("-pk").first()
        if build is None or build.job_id is None:
            return None
        job = jobs.cancel(job_id=build.job_id, at=at)
        if job.state == Job.State.CANCELED:
            _end(build, _State.CANCELED, at)
    return build


def run(job: RunningJob, at: datetime) -> None:
    """What a job of this kind does; goes on where it was broken off."""
    build = SegmentBuild.objects.select_related("segment").get(pk=job.params["build"])
    try:
        if build.state != _State.DONE:
            _judge(build, job)
        segment_members.publish(segment_id=build.segment_id, at=job.instant())
    except Superseded:
        _forget(build)
        job.result(state=_State.SUPERSEDED.value)
    except JobCanceled:
        _end(build, _State.CANCELED, job.instant())
        raise
    except JobLost:
        raise
    except Exception as error:
        _fail(build, error, job.instant())
        raise


def _judge(build: SegmentBuild, job: RunningJob) -> None:
    last = job.cursor.get("last") or _last_id()
    low = job.cursor.get("low", 0)
    part = _part(build)
    while low < last:
        job.go_on()
        with transaction.atomic():
            step = min(part, last - low)
            _find(build, Whose(low=low, high=low + step), job.instant())
            low += step
            job.progress(cursor={"low": low, "last": last}, done=step, total=last)
    job.go_on()
    with transaction.atomic():
        change = _finish(build, job.instant())
        # Last: a worker that lost its job undoes it.
        job.result(members=change.members, entered=change.entered, left=change.left)


def close_dead(*, at: datetime) -> int:
    """Builds that nobody makes any more end as their job did: its worker died, and somebody stopped
    it; or the night that made them died. Gives how many."""
    ended = Q(job__state__in=(Job.State.FAILED, Job.State.CANCELED))
    unheard = Q(heartbeat_at=None) | Q(heartbeat_at__lt=at - FORGOTTEN)
    silent = Q(job=None, created_at__lt=at - FORGOTTEN) & unheard
    going = SegmentBuild.objects.filter(state__in=_GOING).select_related("job")
    dead = list(going.filter(ended | silent))
    for build in dead:
        is_canceled = build.job is not None and build.job.state == Job.State.CANCELED
        _end(build, _State.CANCELED if is_canceled else _State.FAILED, at)
    return len(dead)


def building(*, build: SegmentBuild, at: datetime) -> Iterator[int]:
    """Builds it here and now, part by part; yields how many came or left, in the end. An overtaken
    build ends without a word.

    Raises: BadCondition; then it has failed.
    """
    try:
        part = _part(build)
        for low in range(0, _last_id(), part):
            with transaction.atomic():
                _find(build, Whose(low=low, high=low + part), at)
            yield 0
        with transaction.atomic():
            change = _finish(build, at)
        segment_members.publish(segment_id=build.segment_id, at=at)
        yield change.entered + change.left
    except Superseded:
        _forget(build)
    except Exception as error:
        _fail(build, error, at)
        raise


def _check(segment: Segment) -> None:
    if segment.kind == Segment.Kind.DYNAMIC:
        return
    if not segment.condition:
        raise NothingToBuild
    done = segment.builds.filter(state=_State.DONE, version=segment.version, message="")
    if done.exists():
        raise BuiltAlready


def _part(build: SegmentBuild) -> int:
    """The more is compared, the fewer ids at a time."""
    return max(1, PART // (1 + len(_condition(build).leaves) // MANY))


def _condition(build: SegmentBuild) -> Condition:
    """Raises: BadCondition."""
    return member_conditions.read(build.segment.condition)


def _find(build: SegmentBuild, part: Whose, at: datetime) -> None:
    """One part of the members, behind the build's lock.

    Raises: Superseded; BadCondition.
    """
    _fence(build, at)
    query = member_conditions.query(_condition(build), at=build.as_of_at, whose=part)
    with connection.cursor() as cursor:
        cursor.execute(_FIND.format(query=query.sql), {**query.params, "build": build.pk})


def _finish(build: SegmentBuild, at: datetime) -> Change:
    """Who came and who left is written, and the build is the segment's.

    Raises: Superseded.
    """
    # The segment first, as `begin` does: so the two don't wait for each other.
    rows = Segment.objects.select_for_update(of=("self",), no_key=True)
    segment = rows.get(pk=build.segment_id)
    _fence(build, at)
    if segment.is_archived or segment.version != build.version:
        raise Superseded
    segment_members.lock_alone()
    found: dict[str, Any] = {
        "build": build.pk, "segment": segment.pk, "as_of": build.as_of_at,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(segment_members.SWAP, found)
        change = Change(*cursor.fetchone())
    _forget(build)
    SegmentBuild.objects.filter(pk=build.pk).update(
        state=_State.DONE,
        finished_at=at,
        heartbeat_at=at,
        members_count=change.members,
        entered_count=change.entered,
        left_count=change.left,
    )
    Segment.objects.filter(pk=segment.pk).update(
        build_id=build.pk, built_at=build.as_of_at, members_count=change.members
    )
    return change


def _fence(build: SegmentBuild, at: datetime) -> None:
    """Raises: Superseded."""
    row = SegmentBuild.objects.select_for_update().get(pk=build.pk)
    if row.state not in _GOING:
        raise Superseded
    SegmentBuild.objects.filter(pk=build.pk).update(state=_State.RUNNING, heartbeat_at=at)


def _fail(build: SegmentBuild, error: Exception, at: datetime) -> None:
    """The text of a stranger's error may quote a row."""
    told = str(error) if isinstance(error, DomainError) else type(error).__name__
    _end(build, _State.FAILED, at, told)


def _end(build: SegmentBuild, state: str, at: datetime, message: str = "") -> None:
    _forget(build)
    going = SegmentBuild.objects.filter(pk=build.pk, state__in=_GOING)
    going.update(state=state, finished_at=at, message=message)


def _forget(build: SegmentBuild) -> None:
    build.hits.all().delete()


def _forget_overtaken(segment: Segment) -> None:
    for build in segment.builds.filter(state=_State.SUPERSEDED, hits__isnull=False).distinct():
        _forget(build)


def _last_id() -> int:
    return Member.objects.aggregate(last=Max("pk"))["last"] or 0


# Again it adds nothing: a part may be found twice.
_FIND = """
INSERT INTO analytics_segmenthit (build_id, member_id)
SELECT %(build)s, m.id {query}
ON CONFLICT (build_id, member_id) DO NOTHING
"""
