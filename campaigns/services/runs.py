"""Runs begin when they are due, freeze their audience, plan it, and end when everybody has.

Source: docs/algorithms/campaigns.md.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from campaigns.models import Campaign, Delivery, Enrollment, Run
from campaigns.rules import entries, occurrences
from campaigns.services import campaign_locks, clerk_tasks, schedules
from loyalty.services import programs
from members.models import Job

_State = Run.State
_Campaign = Campaign.State
_CHUNK = 5_000
_MOST_FAILURES = 5
# Why the product itself has paused a campaign.
RUN_FAILED = "run_failed"
# What a job has left lying is taken up again; what a person canceled is not.
_LEFT = (Job.State.DONE, Job.State.FAILED)


def begin_due(*, at: datetime) -> list[Run]:
    """The runs that begin now: one for each campaign that is due, however many of its times went by
    unseen. One that is found too late says so, and nothing is sent, where the campaign wants it."""
    due = Campaign.objects.filter(
        next_run_at__lte=at, state__in=(_Campaign.SCHEDULED, _Campaign.RUNNING)
    )
    ids = list(due.order_by("next_run_at", "pk").values_list("pk", flat=True))
    return [run for campaign_id in ids if (run := _begin(campaign_id, at)) is not None]


@transaction.atomic
def _begin(campaign_id: int, at: datetime) -> Run | None:
    campaign = campaign_locks.lock(campaign_id)
    due_at = campaign.next_run_at
    is_live = campaign.state in (_Campaign.SCHEDULED, _Campaign.RUNNING)
    if not is_live or due_at is None or due_at > at:
        return None
    campaign.state = _Campaign.RUNNING
    if campaign.entry == Campaign.Entry.EVENT:
        campaign.next_run_at = None
        campaign.save(update_fields=["state", "next_run_at"])
        return None
    due_at = _last_due(campaign, due_at, at)
    campaign.next_run_at = _next(campaign, at)
    campaign.save(update_fields=["state", "next_run_at"])
    return _make(campaign, due_at, at)


def _last_due(campaign: Campaign, first: datetime, at: datetime) -> datetime:
    """Of several times that went by unseen the last one: they are one run."""
    if campaign.entry in (Campaign.Entry.NOW, Campaign.Entry.AT):
        return first
    entry = entries.read(campaign.entry, campaign.entry_rule)
    last = occurrences.due(entry, first - timedelta(microseconds=1), at, programs.current().zone)
    return last or first


def _next(campaign: Campaign, at: datetime) -> datetime | None:
    if campaign.entry in (Campaign.Entry.NOW, Campaign.Entry.AT):
        return None
    return schedules.next_after(campaign, at)


def _make(campaign: Campaign, due_at: datetime, at: datetime) -> Run:
    is_late = at - due_at > timedelta(minutes=campaign.late_minutes)
    is_missed = is_late and campaign.late_policy == Campaign.Late.SKIP
    run, is_new = Run.objects.get_or_create(
        campaign=campaign,
        key=f"{due_at.isoformat()}",
        defaults={
            "version_id": campaign.version_id,
            "kind": Run.Kind.FROZEN,
            "state": _State.MISSED if is_missed else _State.FREEZING,
            "due_at": due_at,
            "started_at": at,
            "finished_at": at if is_missed else None,
        },
    )
    if is_new and not is_missed:
        schedules.take_up(run, at)
    return run


def settle(*, at: datetime) -> int:
    """Ends what is over: lets members of stopped campaigns go, part by part; closes runs in which
    nobody is on the way; finishes campaigns that have nothing to come; and takes up what a job
    left lying. Gives how many rows changed."""
    return _release_killed(at) + _finish_runs(at) + _finish_campaigns(at) + _take_up_left(at)


def _release_killed(at: datetime) -> int:
    changed = 0
    killed = Run.objects.filter(state__in=Run.LIVE, campaign__state=_Campaign.KILLED)
    for run_id in killed.order_by("pk").values_list("pk", flat=True):
        while count := _release_some(run_id, at):
            changed += count
        clerk_tasks.cancel_of_run(run_id=run_id, at=at)
    while count := _release_messages():
        changed += count
    return changed


@transaction.atomic
def _release_some(run_id: int, at: datetime) -> int:
    rows = Enrollment.objects.select_for_update(skip_locked=True).filter(
        run_id=run_id, state__in=Enrollment.LIVE
    )
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:_CHUNK])
    return Enrollment.objects.filter(pk__in=ids).update(
        state=Enrollment.State.EXITED,
        reason="killed",
        ended_at=at,
        due_at=None,
        step="",
        waits_for="",
    )


@transaction.atomic
def _release_messages() -> int:
    """Also of runs that are over: a provider that was away gave one back, or a person sent it
    again, before the campaign was stopped."""
    waiting = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        campaign__state=_Campaign.KILLED, state=Delivery.State.QUEUED
    )
    messages = list(waiting.order_by("pk").values_list("pk", flat=True)[:_CHUNK])
    return Delivery.objects.filter(pk__in=messages).update(
        state=Delivery.State.KILLED, reason=Delivery.Reason.KILLED
    )


def _finish_runs(at: datetime) -> int:
    """Where the last one ends at this very moment, the next look finishes it."""
    count = 0
    live = Run.objects.filter(state__in=Run.LIVE)
    over = Q(kind=Run.Kind.FROZEN, state=_State.RUNNING) | Q(campaign__state=_Campaign.KILLED)
    over |= Q(campaign__ends_at__lte=at, kind=Run.Kind.STANDING)
    for run_id in live.filter(over).order_by("pk").values_list("pk", flat=True):
        count += _finish_run(run_id, at)
    return count


@transaction.atomic
def _finish_run(run_id: int, at: datetime) -> int:
    run = Run.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=run_id)
    if run.state not in Run.LIVE or _is_busy(run):
        return 0
    is_killed = run.campaign.state == _Campaign.KILLED
    run.state = _State.KILLED if is_killed else _State.FINISHED
    run.finished_at = at
    run.save(update_fields=["state", "finished_at"])
    return 1


def _take_up_left(at: datetime) -> int:
    """Runs whose job is over though somebody has not begun: it failed, or whoever merged or erased
    a member held them just then."""
    frozen = Enrollment.objects.filter(run=OuterRef("pk"), state=Enrollment.State.FROZEN)
    rows = Run.objects.filter(
        Q(state=_State.FREEZING) | Q(Exists(frozen), state=_State.RUNNING),
        kind=Run.Kind.FROZEN,
        campaign__state=_Campaign.RUNNING,
        job__state__in=_LEFT,
    )
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    return sum(_take_up(run_id, at) for run_id in ids)


@transaction.atomic
def _take_up(run_id: int, at: datetime) -> int:
    """After the fifth job that failed the campaign is paused, and says why."""
    campaign_id = Run.objects.values_list("campaign_id", flat=True).get(pk=run_id)
    campaign = campaign_locks.lock(campaign_id)
    run = Run.objects.select_for_update(of=("self",)).select_related("job").get(pk=run_id)
    if run.state not in Run.LIVE or run.job is None or run.job.state not in _LEFT:
        return 0
    failed = Job.objects.filter(
        kind=run.job.kind, params=run.job.params, state=Job.State.FAILED
    ).count()
    if run.job.state == Job.State.FAILED and failed >= _MOST_FAILURES:
        campaign.state, campaign.pause_reason = _Campaign.PAUSED, RUN_FAILED
        campaign.save(update_fields=["state", "pause_reason"])
    else:
        schedules.take_up(run, at)
    return 1


def _is_busy(run: Run) -> bool:
    """Whether somebody is on the way; a person who works on it, or a job that still freezes."""
    if run.state == _State.FREEZING and run.job_id is not None:
        going = (Job.State.QUEUED, Job.State.RUNNING, Job.State.CANCELING)
        if Job.objects.filter(pk=run.job_id, state__in=going).exists():
            return True
    with connection.cursor() as cursor:
        cursor.execute(_BUSY, {"run": run.pk})
        return bool(cursor.fetchone()[0])


_BUSY = """
SELECT EXISTS (
    SELECT FROM campaigns_enrollment
    WHERE run_id = %(run)s AND state IN ('FROZEN', 'WATCHING', 'ACTIVE', 'WAITING')
) OR EXISTS (
    SELECT FROM campaigns_delivery WHERE run_id = %(run)s AND state IN ('QUEUED', 'CLAIMED')
)
"""


def _finish_campaigns(at: datetime) -> int:
    """Once-only campaigns when their run is over; the others when their last day is."""
    once = Q(entry__in=(Campaign.Entry.NOW, Campaign.Entry.AT))
    ended = Q(ends_at__lte=at)
    rows = Campaign.objects.filter(once | ended, state=_Campaign.RUNNING, next_run_at=None)
    rows = rows.exclude(runs__state__in=Run.LIVE).filter(Q(runs__isnull=False) | ended)
    return Campaign.objects.filter(
        pk__in=list(rows.values_list("pk", flat=True)), state=_Campaign.RUNNING
    ).update(state=_Campaign.FINISHED)
