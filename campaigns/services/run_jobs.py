"""What a run's job does: freezes the audience part by part, then lets everybody begin.

Each part is a transaction with its progress; a job whose worker is killed goes on behind the last
one. Two jobs of one run do no harm: freezing goes behind the run's lock, planning takes rows that
nobody else holds.
"""

from datetime import datetime

import structlog
from django.db import connection, transaction
from django.db.models import Max

from campaigns.models import Campaign, Enrollment, Run
from campaigns.services import (
    campaign_approvals,
    campaign_locks,
    enrollment_rows,
    enrollments,
    journeys,
    members_at_work,
    queue_order,
    run_freezing,
)
from members.models import Member
from members.registry import panels
from members.services import bell
from members.services.jobs import RunningJob

logger = structlog.get_logger(__name__)
KIND = "campaigns.run"
FREEZE_PART = 50_000
PLAN_PART = 1_000
_State = Run.State


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_job_kind(KIND, run)


def run(job: RunningJob, at: datetime) -> None:
    """Freezes and plans; stops, to be taken up again, where the campaign is paused or stopped."""
    run_id = job.params["run"]
    last = Member.objects.aggregate(last=Max("pk"))["last"] or 0
    while (step := freeze_part(run_id=run_id, last=last, at=job.instant())) is not None:
        job.progress(cursor={}, done=step, total=last)
        job.go_on()
    while count := plan_part(run_id=run_id, at=job.instant()):
        job.progress(cursor={}, done=0)
        job.go_on()
        del count
    found = Run.objects.get(pk=run_id)
    job.result(members=found.members_count, state=found.state)


@transaction.atomic
def freeze_part(*, run_id: int, last: int, at: datetime) -> int | None:
    """How many ids of members the next part went over; None: there is nothing to freeze (any
    more), or the campaign doesn't run."""
    run = _locked(run_id)
    if run.state != _State.FREEZING or run.campaign.state != Campaign.State.RUNNING:
        return None
    low = run.frozen_up_to_id
    high = min(last, low + FREEZE_PART)
    if low < high:
        run_freezing.freeze(run=run, low=low, high=high)
        run.frozen_up_to_id = high
        run.save(update_fields=["frozen_up_to_id"])
        return high - low
    run_freezing.close(run=run, at=at)
    if campaign_approvals.outgrown(run.campaign):
        run.campaign.state = Campaign.State.PAUSED
        run.campaign.pause_reason = "audience_grew"
        run.campaign.save(update_fields=["state", "pause_reason"])
    return None


def plan_part(*, run_id: int, at: datetime, limit: int = PLAN_PART) -> int:
    """Lets the next members of the audience begin; gives how many. 0: there is nobody (any more),
    or the campaign doesn't run. Where one of them is at fault, all of this part begin as those on
    their way do, one by one and watched: the rest of the audience doesn't wait for it."""
    try:
        return _plan(run_id, at, limit)
    except Exception:
        if not connection.is_usable():
            raise
        logger.exception("run_not_planned", run_id=run_id)
    return _leave_to_watchdog(run_id, at, limit)


@transaction.atomic
def _plan(run_id: int, at: datetime, limit: int) -> int:
    rows = _next_frozen(run_id, limit)
    if not rows:
        return 0
    for row in rows:
        row.state = Enrollment.State.ACTIVE
        row.due_at = at
    journeys.begin(rows=rows, at=at)
    return len(rows)


@transaction.atomic
def _leave_to_watchdog(run_id: int, at: datetime, limit: int) -> int:
    ids = [row.pk for row in _next_frozen(run_id, limit)]
    bell.start_on_commit(enrollments.ADVANCE_DUE)
    return Enrollment.objects.filter(pk__in=ids).update(state=Enrollment.State.ACTIVE, due_at=at)


def _next_frozen(run_id: int, limit: int) -> list[Enrollment]:
    """Behind their locks; nobody where the campaign doesn't run. Whoever stops it waits for us."""
    campaign_id = Run.objects.values_list("campaign_id", flat=True).get(pk=run_id)
    if not campaign_locks.is_running(campaign_id) or not _goes_on(run_id):
        return []
    waiting = Enrollment.objects.select_for_update(skip_locked=True).filter(
        run_id=run_id, state=Enrollment.State.FROZEN
    )
    # None of them has a reason: the index has them as they came in.
    with queue_order.kept():
        rows = sorted(waiting.order_by("reason")[:limit], key=lambda row: row.pk)
    free = members_at_work.free(member_ids={row.member_id for row in rows})
    return enrollment_rows.with_parents(row for row in rows if row.member_id in free)


def _goes_on(run_id: int) -> bool:
    return Run.objects.filter(
        pk=run_id, state=_State.RUNNING, campaign__state=Campaign.State.RUNNING
    ).exists()


def _locked(run_id: int) -> Run:
    return (
        Run.objects.select_for_update(of=("self",))
        .select_related("campaign__segment", "version")
        .get(pk=run_id)
    )
