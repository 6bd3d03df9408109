"""The jobs of a load: people first, then their orders, each chunk committed with its cursor."""

import multiprocessing
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from config.demo import deeds, documents, finish, journey, registrations, telling
from config.demo.baskets import Baskets
from config.demo.plans import FINISH, ORDERS, PEOPLE, Plan
from loyalty.services import orders
from loyalty.services.documents import Source
from members.registry import panels
from members.services import members
from members.services.jobs import RunningJob
from members.services.members import Registration

_PEOPLE_IN_CHUNK = 200
# The row after the chunk, and what became of its orders.
Chunk = tuple[int, Sequence[orders.Recorded]]


def register() -> None:
    """Lets the worker go on with a load whose own process was killed."""
    panels.add_job_kind(PEOPLE, run_people)
    panels.add_job_kind(ORDERS, run_orders)
    panels.add_job_kind(FINISH, finish.run)


def run_people(job: RunningJob, at: datetime) -> None:
    """Registers the households of the plan, in the order in which they joined."""
    plan = Plan.of(job.params)
    joining = list(
        registrations.registrations(
            telling.whole(plan), edition=plan.edition, age_bands=journey.age_bands()
        )
    )
    row = int(job.cursor.get("row", 0))
    while row < len(joining):
        job.go_on()
        chunk = joining[row : row + _PEOPLE_IN_CHUNK]
        with transaction.atomic():
            _join(chunk, plan, at)
            row += len(chunk)
            job.progress(cursor={"row": row}, done=len(chunk), total=len(joining))


def _join(chunk: Sequence[Registration], plan: Plan, at: datetime) -> None:
    if not plan.edition.is_invented:
        members.register_many(registrations=chunk, at=at)
        return
    for registration in chunk:
        members.register(registration=registration, at=registration.joined_at or at)


def run_orders(job: RunningJob, at: datetime) -> None:
    """Posts the orders of one shard in time order: in full batches, or day by day."""
    plan = Plan.of(job.params)
    shard = telling.shard(plan, int(job.params["shard"]))
    source = Source(name=plan.edition.source, channel="pos", may_backdate=True)
    chunk = _day if plan.edition.is_invented else _batch
    row = int(job.cursor.get("row", 0))
    while row < len(shard):
        _stop_without_parent()
        job.go_on()
        with transaction.atomic():
            last, outcomes = chunk(shard, row, plan, source)
            note_refused(job, row, outcomes)
            done = shard.lines_between(row, last)
            job.progress(cursor={"row": last}, done=done, total=shard.lines_count)
        row = last


def _batch(shard: Baskets, row: int, plan: Plan, source: Source) -> Chunk:
    last = min(row + orders.MOST_IN_A_BATCH, len(shard))
    chunk = [documents.order(shard, one, edition=plan.edition) for one in range(row, last)]
    return last, orders.record_batch(orders=chunk, source=source, at=timezone.now())


def _day(shard: Baskets, row: int, plan: Plan, source: Source) -> Chunk:
    day = deeds.day(shard, row, edition=plan.edition)
    return day.last, deeds.live(shard, day, edition=plan.edition, source=source)


def note_refused(job: RunningJob, row: int, outcomes: Sequence[orders.Recorded]) -> None:
    """Orders that were refused, each with its receipt's number, for the job's page."""
    for number, outcome in enumerate(outcomes, row):
        if outcome.error is not None:
            message = f"{outcome.external_id}: {outcome.error}"
            job.error(row=number, code=outcome.error.code, message=message)


def _stop_without_parent() -> None:
    """Whoever ends the command for good must not leave its processes behind."""
    parent = multiprocessing.parent_process()
    if parent is not None and not parent.is_alive():
        raise SystemExit(1)


