"""A whole load: programme, catalogue, people, orders; stopped, killed or repeated as one likes."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.management.base import OutputWrapper
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from analytics.services import facts
from config.demo import catalogue, processes, programs, rules, telling
from config.demo.plans import CAMPAIGNS, COUPONS, FINISH, ORDERS, PEOPLE, Plan
from config.demo.progress import Progress
from members.errors import DomainError
from members.models import Dispatch, Job
from members.services import dispatches, jobs, keys

_LOCK = 5_217_201  # advisory lock: one load at a time
_POLL_SECONDS = 0.2


class LoadRunning(DomainError):
    """Another process is loading into this database."""

    code = "load_running"
    status = 409


class LoadFailed(DomainError):
    """A part of the load ended with an error; the job says which."""

    code = "load_failed"


class LoadStopped(DomainError):
    """The load was stopped; the same command goes on where it ended."""

    code = "load_stopped"


@dataclass(frozen=True)
class Loaded:
    """What a run did. `was_done` is true when an earlier run had finished everything."""

    lines: int
    lines_per_second: int
    refused: int
    was_done: bool


def load(plan: Plan, *, out: OutputWrapper, processes_count: int, is_again: bool = False) -> Loaded:
    """Brings the plan's year in; goes on where an earlier run of the same plan ended.

    With `processes_count` 0 everything happens in this process, else each shard has its own.
    With `is_again` all is sent once more from the beginning, which must change nothing.

    Raises: LoadRunning; LoadStopped, after Ctrl-C; LoadFailed; PackageMissing.
    """
    with _alone():
        if is_again:
            _forget(plan)
        if is_done(plan):
            loaded = _loaded(plan, per_second=0, was_done=True)
        else:
            _prepare(plan, out)
            loaded = _orders(plan, out, processes_count)
        _coupons(plan, out)
        _campaigns(plan, out)
        return loaded


def finish(plan: Plan) -> None:
    """What the demo has beside its orders.

    Raises: LoadRunning, LoadFailed.
    """
    with _alone():
        _run(FINISH, plan)


def tell_subscribers(*, out: OutputWrapper) -> None:
    """Handles what the load's events are owed to, as a worker would: roll-ups and triggers."""
    waiting = Dispatch.objects.filter(state=Dispatch.State.PENDING).count()
    progress = Progress(title="Roll-ups", unit="events", total=waiting, out=out)
    handled = 0
    while count := dispatches.drain(at=timezone.now()):
        handled += count
        progress.show(min(handled, waiting))
    progress.close()


def follow(*, out: OutputWrapper) -> None:
    """Brings the facts up to date with all that was told, as beat would within a minute."""
    rolled = facts.refresh(at=timezone.now())
    out.write(f"  Facts      {rolled:,} members, days and movements of points")


def is_done(plan: Plan) -> bool:
    """Whether an earlier run finished the orders of this plan."""
    done = Job.objects.filter(kind=ORDERS, state=Job.State.DONE)
    return done.filter(params__in=_order_params(plan)).count() == plan.shards


def _prepare(plan: Plan, out: OutputWrapper) -> None:
    """Keys, programme, catalogue and people: all that orders name."""
    people = Job.objects.filter(kind=PEOPLE, params=plan.params(), state=Job.State.DONE)
    if people.exists():
        return
    # A fresh database has no keys yet; where there are some, nothing happens.
    keys.init()
    programs.set_up(edition=plan.edition, at=timezone.now())
    catalogue.set_up(plan)
    rules.set_up(edition=plan.edition, at=programs.OPENED_AT)
    out.write(f"  Catalogue  {len(telling.sold(plan)):,} products")
    out.write(f"  People     {_run(PEOPLE, plan).done_count:,} members")


def _coupons(plan: Plan, out: OutputWrapper) -> None:
    """What the households redeemed; the demo's invented people have coupons of their own. A
    database that an earlier release filled gets them now."""
    done = Job.objects.filter(kind=COUPONS, params=plan.params(), state=Job.State.DONE)
    if not plan.edition.is_invented and not done.exists():
        out.write(f"  Coupons    {_run(COUPONS, plan).done_count:,} redeemed")


def _campaigns(plan: Plan, out: OutputWrapper) -> None:
    """The campaigns that gave them, with whom they were for; the demo has campaigns of its own."""
    done = Job.objects.filter(kind=CAMPAIGNS, params=plan.params(), state=Job.State.DONE)
    if not plan.edition.is_invented and not done.exists():
        out.write(f"  Campaigns  {_run(CAMPAIGNS, plan).done_count:,} households addressed")


def _forget(plan: Plan) -> None:
    """Lets finished jobs begin anew; what they wrote stays."""
    done = Job.objects.filter(kind__in=(PEOPLE, ORDERS, COUPONS, CAMPAIGNS), state=Job.State.DONE)
    done.filter(params__in=[plan.params(), *_order_params(plan)]).delete()


def _run(kind: str, plan: Plan) -> Job:
    job = jobs.take_up(kind=kind, params=plan.params(), at=timezone.now())
    jobs.run(job_id=job.pk, clock=timezone.now)
    _check([job])
    return job


def _orders(plan: Plan, out: OutputWrapper, processes_count: int) -> Loaded:
    taken = [
        jobs.take_up(kind=ORDERS, params=params, at=timezone.now())
        for params in _order_params(plan)
    ]
    total = telling.whole(plan).lines_count
    progress = Progress(title="Orders", unit="lines", total=total, done=_done(taken), out=out)
    try:
        if processes_count:
            _side_by_side(taken, progress)
        else:
            for job in taken:
                jobs.run(job_id=job.pk, clock=timezone.now)
    finally:
        progress.show(_done(taken))
        progress.close()
    _check(taken)
    return _loaded(plan, per_second=progress.per_second, was_done=False)


def _side_by_side(taken: Sequence[Job], progress: Progress) -> None:
    with processes.working([job.pk for job in taken]) as working:
        try:
            while any(process.is_alive() for process in working):
                progress.show(_done(taken))
                time.sleep(_POLL_SECONDS)
        except KeyboardInterrupt:
            _cancel(taken)


def _cancel(taken: Sequence[Job]) -> None:
    for job in taken:
        try:
            jobs.cancel(job_id=job.pk, at=timezone.now())
        except DomainError:
            # It ended in the meantime.
            continue


def _order_params(plan: Plan) -> list[dict[str, object]]:
    return [plan.params(shard=number) for number in range(plan.shards)]


def _done(taken: Sequence[Job]) -> int:
    rows = Job.objects.filter(pk__in=[job.pk for job in taken])
    return int(rows.aggregate(done=Sum("done_count"))["done"] or 0)


def _check(taken: Sequence[Job]) -> None:
    for job in taken:
        job.refresh_from_db()
        if job.state == Job.State.CANCELED:
            raise LoadStopped
        if job.state != Job.State.DONE:
            raise LoadFailed(f"job {job.pk} ({job.kind}): {job.state} {job.message}")


def _loaded(plan: Plan, *, per_second: int, was_done: bool) -> Loaded:
    rows = Job.objects.filter(kind=ORDERS, params__in=_order_params(plan))
    sums = rows.aggregate(lines=Sum("done_count"), refused=Sum("error_count"))
    return Loaded(
        lines=int(sums["lines"] or 0),
        lines_per_second=per_second,
        refused=int(sums["refused"] or 0),
        was_done=was_done,
    )


@contextmanager
def _alone() -> Iterator[None]:
    """Holds the load's lock; the database lets go when this process ends, however."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        (is_ours,) = cursor.fetchone()
    if not is_ours:
        raise LoadRunning
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
