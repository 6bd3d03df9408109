"""Merges a member into another: one person who had two cards.

The retired member's id, and every identity, lead to the survivor from then on. Each app moves what
is theirs in the same transaction (`members.registry.panels.add_merge_step`) and says what it
moved, so that `merge_undos` can give it back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import connection, transaction

from members.errors import NotFound, NotMergeable
from members.events import MemberMerged
from members.models import Member, MemberMerge
from members.registry import panels
from members.services import audit, events

LIVING = (Member.State.ACTIVE, Member.State.RESTRICTED)
T = TypeVar("T")
# Any number, the same in every process.
_LOCK = 7_302_611_117


@dataclass(frozen=True, kw_only=True)
class Merge:
    """Who goes into whom, behind the locks of both; for the steps of all apps."""

    survivor_id: int
    retired_id: int
    actor_id: int | None
    at: datetime
    # The row that keeps what moved; the same when it is taken back.
    merge_id: int = 0


class _DryRun(Exception):
    pass


def merge(
    *,
    survivor_id: int,
    retired_id: int,
    actor_id: int | None = None,
    reason: str = "",
    at: datetime,
) -> Member:
    """Moves all that the retired member holds to the survivor, and gives the survivor. Again it
    changes nothing.

    Raises: NotFound; NotMergeable, with `reason`: the same member twice, one of them is erased or
    was merged into somebody else.
    """
    with transaction.atomic():
        survivor, retired = lock(survivor_id, retired_id)
        if retired.merged_into_id == survivor.pk:
            return survivor
        _check(survivor, retired)
        row = MemberMerge.objects.create(
            survivor=survivor, retired=retired, actor_id=actor_id, reason=reason, merged_at=at
        )
        done = Merge(
            survivor_id=survivor.pk,
            retired_id=retired.pk,
            actor_id=actor_id,
            at=at,
            merge_id=row.pk,
        )
        row.moved = {step.code: step.run(done) for step in panels.merge_steps()}
        row.save(update_fields=["moved"])
        _retire(survivor, retired)
        _tell(survivor, retired, done)
    return survivor


def preview(
    *,
    survivor_id: int,
    retired_id: int,
    at: datetime,
    look: Callable[[Member], T] | None = None,
) -> T | None:
    """Does it all and takes it back: what would be refused is refused. Gives what `look` sees of
    the survivor in between: how things would be afterwards.

    Raises: as `merge`.
    """
    seen: T | None = None
    try:
        with transaction.atomic():
            survivor = merge(survivor_id=survivor_id, retired_id=retired_id, at=at)
            seen = look(survivor) if look else None
            raise _DryRun
    except _DryRun:
        return seen


def lock(survivor_id: int, retired_id: int) -> tuple[Member, Member]:
    """Both members behind their locks.

    Raises: NotFound.
    """
    alone()
    wanted = sorted({survivor_id, retired_id})
    # In the order of ids, as everything that locks several.
    rows = Member.objects.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",))
    found = {member.pk: member for member in rows}
    if len(found) != len(wanted):
        raise NotFound("there is no such member")
    return found[survivor_id], found[retired_id]


def alone() -> None:
    """One at a time, to the end of the transaction, of what joins cards or forgets them: a merge
    also turns the cards that were merged into the retired one, which no order of ids foresees."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _check(survivor: Member, retired: Member) -> None:
    if survivor.pk == retired.pk:
        raise NotMergeable("a member can't be merged into itself", reason="same_member")
    for member, who in ((survivor, "survivor"), (retired, "retired")):
        if member.state not in LIVING:
            raise NotMergeable(
                f"the {who} member is {member.state.lower()}",
                reason=f"{who}_{member.state.lower()}",
            )


def _retire(survivor: Member, retired: Member) -> None:
    retired.state, retired.merged_into = Member.State.MERGED, survivor
    retired.version += 1
    retired.save(update_fields=["state", "merged_into", "version"])
    survivor.version += 1
    survivor.save(update_fields=["version"])


def _tell(survivor: Member, retired: Member, done: Merge) -> None:
    events.record(
        fact=MemberMerged(
            member=str(survivor.uid), retired=str(retired.uid), retired_id=retired.pk
        ),
        member_id=survivor.pk,
        occurred_at=done.at,
        at=done.at,
        actor_id=done.actor_id,
    )
    audit.record(
        action="members.merge",
        actor_id=done.actor_id,
        member_id=survivor.pk,
        details={"retired": str(retired.uid), "merge": done.merge_id},
        at=done.at,
    )
