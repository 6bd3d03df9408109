"""The jobs of a load: people first, then their orders, each chunk committed with its cursor."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from config.demo import (
    audience_runs,
    deeds,
    documents,
    finish,
    journey,
    registrations,
    telling,
    voucher_runs,
)
from config.demo.baskets import Baskets
from config.demo.deeds import Story
from config.demo.plans import CAMPAIGNS, COUPONS, FINISH, ORDERS, PEOPLE, Plan
from loyalty.services import orders
from loyalty.services.documents import Source
from members.registry import panels
from members.services import members
from members.services.jobs import RunningJob
from members.services.members import Registration

_PEOPLE_IN_CHUNK = 200
# The row after the chunk, and what became of its orders.
Chunk = tuple[int, Sequence[orders.Recorded]]
Chunks = Callable[[int], Chunk]


def register() -> None:
    """Lets the worker go on with a load whose own process was killed."""
    panels.add_job_kind(PEOPLE, run_people)
    panels.add_job_kind(ORDERS, run_orders)
    panels.add_job_kind(COUPONS, voucher_runs.run)
    panels.add_job_kind(CAMPAIGNS, audience_runs.run)
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
    for chunk in _together(joining[row:], plan):
        job.go_on()
        # The invented people join on their day, the others are brought in now.
        when = (chunk[-1].joined_at or at) if plan.edition.is_invented else at
        with transaction.atomic():
            members.register_many(registrations=chunk, at=when)
            row += len(chunk)
            job.progress(cursor={"row": row}, done=len(chunk), total=len(joining))


def _together(joining: Sequence[Registration], plan: Plan) -> Iterator[list[Registration]]:
    """Chunks of 200; of the invented people those who join within one week."""
    chunk: list[Registration] = []
    for one in joining:
        is_other_week = plan.edition.is_invented and _week(one) != _week(chunk[0] if chunk else one)
        if is_other_week or len(chunk) == _PEOPLE_IN_CHUNK:
            yield chunk
            chunk = []
        chunk.append(one)
    if chunk:
        yield chunk


def _week(registration: Registration) -> tuple[int, int]:
    assert registration.joined_at is not None
    year, week, _ = registration.joined_at.isocalendar()
    return year, week


def run_orders(job: RunningJob, at: datetime) -> None:
    """Posts the orders of one shard in time order: in full batches, or day by day."""
    plan = Plan.of(job.params)
    shard = telling.shard(plan, int(job.params["shard"]))
    source = Source(name=plan.edition.source, channel="pos", may_backdate=True)
    chunk = (_by_day if plan.edition.is_invented else _in_batches)(shard, plan, source)
    row = int(job.cursor.get("row", 0))
    while row < len(shard):
        _stop_without_parent()
        job.go_on()
        with transaction.atomic():
            last, outcomes = chunk(row)
            note_refused(job, row, outcomes)
            done = shard.lines_between(row, last)
            job.progress(cursor={"row": last}, done=done, total=shard.lines_count)
        row = last


def _in_batches(shard: Baskets, plan: Plan, source: Source) -> Chunks:
    def record(row: int) -> Chunk:
        last = min(row + orders.MOST_IN_A_BATCH, len(shard))
        chunk = [documents.order(shard, one, edition=plan.edition) for one in range(row, last)]
        return last, orders.record_batch(orders=chunk, source=source, at=timezone.now())

    return record


def _by_day(shard: Baskets, plan: Plan, source: Source) -> Chunks:
    story = Story(shard, edition=plan.edition, source=source)

    def record(row: int) -> Chunk:
        day = deeds.day(shard, row, edition=plan.edition)
        return day.last, story.live(day)

    return record


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
