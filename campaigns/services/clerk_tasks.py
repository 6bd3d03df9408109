"""Tasks that journeys give to people in stores: made once for each member and step, done once.

Source: docs/journeys.md.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from campaigns.models import ClerkTask, Enrollment
from campaigns.rules.journey_steps import Task
from loyalty.services import programs
from members.errors import DomainError, NotFound
from members.models import Member

# How a task went, as codes of the funnel; campaigns.admin.clerk_task_words has their words.
OUTCOMES = ("reached", "not_reached", "not_wanted")
_State = ClerkTask.State


class TaskClosed(DomainError):
    """This task is closed already."""

    code = "task_closed"
    status = 409


class UnknownOutcome(DomainError):
    """Say how it went."""

    code = "unknown_outcome"


def create(*, enrollment: Enrollment, step: Task, at: datetime) -> ClerkTask:
    """The task of this member and step; again it is the same one. It belongs to the member's own
    store, and to the whole chain where the member has none."""
    create_many(enrollments=[enrollment], step=step, at=at)
    return ClerkTask.objects.get(enrollment=enrollment, step=step.id)


def create_many(*, enrollments: Sequence[Enrollment], step: Task, at: datetime) -> None:
    """As `create`, of many members in two statements."""
    members = Member.objects.select_related("store").in_bulk([one.member_id for one in enrollments])
    house = programs.current().zone
    rows = [
        _row(one, members[one.member_id], step, house, at)
        for one in enrollments
        if one.member_id in members
    ]
    # Who has one keeps it: the unique key of member and step lets no second one in.
    ClerkTask.objects.bulk_create(rows, ignore_conflicts=True)


def _row(
    enrollment: Enrollment, member: Member, step: Task, house: ZoneInfo, at: datetime
) -> ClerkTask:
    store = member.store
    zone = ZoneInfo(store.time_zone) if store and store.time_zone else house
    return ClerkTask(
        enrollment=enrollment,
        step=step.id,
        name_zh=step.title_zh,
        name_en=step.title_en,
        member=member,
        store=store,
        guide=member.guide,
        due_on=at.astimezone(zone).date() + timedelta(days=step.days),
        created_at=at,
    )


@transaction.atomic
def done(*, task_id: int, outcome: str, actor_id: int, at: datetime) -> ClerkTask:
    """The task, done; the same word again changes nothing.

    Raises: NotFound; UnknownOutcome; TaskClosed, where it ended otherwise.
    """
    if outcome not in OUTCOMES:
        raise UnknownOutcome
    task = _locked(task_id)
    if task.state == _State.DONE and task.outcome == outcome:
        return task
    if task.state != _State.OPEN:
        raise TaskClosed
    task.state, task.outcome, task.done_at, task.done_by_id = _State.DONE, outcome, at, actor_id
    task.save(update_fields=["state", "outcome", "done_at", "done_by"])
    return task


@transaction.atomic
def cancel(*, task_id: int, actor_id: int | None, at: datetime) -> ClerkTask:
    """The task, not needed any more; again it changes nothing.

    Raises: NotFound; TaskClosed, where it was done.
    """
    task = _locked(task_id)
    if task.state == _State.DONE:
        raise TaskClosed
    if task.state == _State.OPEN:
        task.state, task.done_at, task.done_by_id = _State.CANCELED, at, actor_id
        task.save(update_fields=["state", "done_at", "done_by"])
    return task


@transaction.atomic
def reopen(*, task_id: int) -> ClerkTask:
    """The task, to be done again: somebody tapped in error. An open one stays as it is.

    Raises: NotFound.
    """
    task = _locked(task_id)
    if task.state != _State.OPEN:
        task.state, task.outcome, task.done_at, task.done_by_id = _State.OPEN, "", None, None
        task.save(update_fields=["state", "outcome", "done_at", "done_by"])
    return task


def cancel_of(*, enrollment_ids: Collection[int], at: datetime) -> int:
    """What these members' journeys asked for isn't needed any more: they left. In the caller's
    transaction; gives how many were open."""
    rows = ClerkTask.objects.filter(enrollment_id__in=enrollment_ids, state=_State.OPEN)
    return rows.update(state=_State.CANCELED, done_at=at)


def cancel_of_run(*, run_id: int, at: datetime) -> int:
    """Of a stopped campaign nothing is to be done any more, also for those who are through."""
    rows = ClerkTask.objects.filter(enrollment__run_id=run_id, state=_State.OPEN)
    return rows.update(state=_State.CANCELED, done_at=at)


def _locked(task_id: int) -> ClerkTask:
    task = ClerkTask.objects.select_for_update().filter(pk=task_id).first()
    if task is None:
        raise NotFound
    return task
