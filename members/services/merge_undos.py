"""Takes a merge back while nothing has happened since on either card: once, and in one
transaction. Each step gives back what it moved; one that can't says why (`obstacle`)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from members.errors import DomainError, NotFound
from members.events import MemberUnmerged
from members.models import Member, MemberMerge
from members.registry import panels
from members.services import audit, events, merge_cards
from members.services.merges import LIVING, Merge, lock


class NotUndoable(DomainError):
    """This merge can't be taken back any more."""

    code = "merge_not_undoable"
    status = 409


@dataclass(frozen=True)
class Obstacle:
    """Which step can't give back what it moved, and why."""

    step: str
    reason: str


def undo(*, merge_id: int, actor_id: int | None = None, at: datetime) -> Member:
    """The retired member, who is a member of their own again; the survivor holds what they held.
    Again it changes nothing.

    Raises: NotFound; NotUndoable, with `obstacles`.
    """
    with transaction.atomic():
        row = MemberMerge.objects.select_for_update().filter(pk=merge_id).first()
        if row is None:
            raise NotFound
        survivor, retired = lock(row.survivor_id, row.retired_id)
        if row.undone_at is not None:
            return retired
        done = _again(row, actor_id, at)
        _refuse(_obstacles(row, survivor, retired, done))
        for step in panels.merge_steps():
            if step.undo is not None and step.code in row.moved:
                step.undo(done, row.moved[step.code])
        _revive(survivor.pk, retired.pk, row.moved)
        row.undone_at, row.undone_by_id = at, actor_id
        row.save(update_fields=["undone_at", "undone_by"])
        _tell(survivor, retired, done)
    parted: Member = Member.objects.get(pk=retired.pk)
    return parted


def obstacles(*, merge_id: int, at: datetime) -> list[Obstacle]:
    """What stands against taking it back now; empty, when nothing does.

    Raises: NotFound.
    """
    row = MemberMerge.objects.select_related("survivor", "retired").filter(pk=merge_id).first()
    if row is None:
        raise NotFound
    if row.undone_at is not None:
        return [Obstacle("members.merge", "undone_already")]
    return _obstacles(row, row.survivor, row.retired, _again(row, None, at))


def _again(row: MemberMerge, actor_id: int | None, at: datetime) -> Merge:
    return Merge(
        survivor_id=row.survivor_id,
        retired_id=row.retired_id,
        actor_id=actor_id,
        at=at,
        merge_id=row.pk,
    )


def _obstacles(row: MemberMerge, survivor: Member, retired: Member, done: Merge) -> list[Obstacle]:
    if survivor.state not in LIVING:
        return [Obstacle("members.merge", f"survivor_{survivor.state.lower()}")]
    if retired.merged_into_id != survivor.pk:
        return [Obstacle("members.merge", "merged_on")]
    if merge_cards.CARDS not in row.moved:
        # From before merges kept what they moved.
        return [Obstacle("members.merge", "not_kept")]
    found = []
    for step in panels.merge_steps():
        if step.obstacle is not None and step.code in row.moved:
            reason = step.obstacle(done, row.moved[step.code])
            found += [Obstacle(step.code, reason)] if reason else []
    return found


def _refuse(found: list[Obstacle]) -> None:
    if found:
        raise NotUndoable(
            obstacles=[{"step": one.step, "reason": one.reason} for one in found],
            reason=found[0].reason,
        )


def _revive(survivor_id: int, retired_id: int, moved: dict[str, Any]) -> None:
    """Read anew: the steps changed rows of both."""
    survivor, retired = lock(survivor_id, retired_id)
    retired.state = moved[merge_cards.CARDS]["state_of_retired"]
    retired.merged_into = None
    retired.version += 1
    retired.save(update_fields=["state", "merged_into", "version"])
    survivor.version += 1
    survivor.save(update_fields=["version"])


def _tell(survivor: Member, retired: Member, done: Merge) -> None:
    """Both cards' timelines say it."""
    for member in (survivor, retired):
        events.record(
            fact=MemberUnmerged(
                member=str(survivor.uid), retired=str(retired.uid), retired_id=retired.pk
            ),
            member_id=member.pk,
            occurred_at=done.at,
            at=done.at,
            actor_id=done.actor_id,
        )
    audit.record(
        action="members.unmerge",
        actor_id=done.actor_id,
        member_id=survivor.pk,
        details={"retired": str(retired.uid), "merge": done.merge_id},
        at=done.at,
    )
