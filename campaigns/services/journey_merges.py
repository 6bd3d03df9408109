"""What a merge of two members moves of campaigns: the way through each, tasks, messages granted.

Messages stay with the card that they were sent to, and are read through their enrollment.
Registered as a step of `members.services.merges`, before the locks of accounts: whoever gives
something to a member on the way holds the enrollment first.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Exists, F, OuterRef

from campaigns.models import ClerkTask, ContactCredit, Enrollment, Run
from members.errors import NotMergeable
from members.services import merge_rows
from members.services.merges import Merge

# Why the second card's way through one run ended: stored as the enrollment's reason.
MERGED = "merged"
_State = Enrollment.State
_WAY = ("state", "reason", "step", "due_at", "waits_for")


def move(done: Merge) -> dict[str, Any]:
    """All of it is the survivor's. Who stood with both cards in one frozen audience goes on with
    one of them: nobody gets the same message twice for having had two cards. Again it finds
    nothing.

    Raises: NotMergeable, where a step is being done for the retired member at this moment.
    """
    ids = _lock(done)
    return {
        "enrollments": ids,
        "ended": _end_doubles(done, ids),
        "moved": Enrollment.objects.filter(pk__in=ids).update(member_id=done.survivor_id),
        "tasks": merge_rows.move(ClerkTask, done),
        "credits": _move_credits(done),
    }


def give_back(done: Merge, moved: Mapping[str, Any]) -> None:
    """Each card has its own way again; where the run goes on, so does what the merge ended."""
    theirs = Enrollment.objects.filter(pk__in=moved["enrollments"], member_id=done.survivor_id)
    theirs.update(member_id=done.retired_id)
    for row in moved["ended"]:
        ended = Enrollment.objects.filter(pk=row["id"], state=_State.EXITED, reason=MERGED)
        back = {name: row[name] for name in _WAY} | {"due_at": _instant(row["due_at"])}
        # A run that is over counts everybody as ended.
        ended.filter(run__state__in=Run.LIVE).update(ended_at=None, **back)
    merge_rows.give_back(ClerkTask, done, moved["tasks"])
    for row in moved["credits"]:
        _give_credit_back(done, row)


def _lock(done: Merge) -> list[int]:
    rows = Enrollment.objects.filter(member_id=done.retired_id).order_by("pk")
    try:
        with transaction.atomic():
            return list(rows.select_for_update(nowait=True).values_list("pk", flat=True))
    except OperationalError as error:
        # Waiting for it, with the members locked, could wait for ever.
        raise NotMergeable(
            "a campaign's step is being done for this member: try again in a minute",
            reason="campaign_at_work",
        ) from error


def _end_doubles(done: Merge, ids: Sequence[int]) -> list[dict[str, Any]]:
    own = Enrollment.objects.filter(member_id=done.survivor_id, run=OuterRef("run"))
    live = Enrollment.objects.filter(pk__in=ids, state__in=Enrollment.LIVE)
    doubles = live.filter(Exists(own), run__kind=Run.Kind.FROZEN)
    kept = [
        {**row, "due_at": row["due_at"].isoformat() if row["due_at"] else None}
        for row in doubles.order_by("pk").values("id", *_WAY)
    ]
    Enrollment.objects.filter(pk__in=[row["id"] for row in kept]).update(
        state=_State.EXITED, reason=MERGED, due_at=None, waits_for="", ended_at=done.at
    )
    return kept


def _move_credits(done: Merge) -> list[dict[str, Any]]:
    """What both granted is one sum; the retired member's rows go."""
    rows = ContactCredit.objects.filter(member_id=done.retired_id).order_by("pk")
    wanted = ("medium", "template", "left_count", "granted_count")
    kept: list[dict[str, Any]] = [{**row} for row in rows.select_for_update().values(*wanted)]
    for row in kept:
        _add(done, done.survivor_id, row)
    rows.delete()
    return kept


def _add(done: Merge, member_id: int, row: Mapping[str, Any]) -> None:
    key = {"member_id": member_id, "medium": row["medium"], "template": row["template"]}
    added = ContactCredit.objects.filter(**key).update(
        left_count=F("left_count") + row["left_count"],
        granted_count=F("granted_count") + row["granted_count"],
        changed_at=done.at,
    )
    if not added:
        counts = {name: row[name] for name in ("left_count", "granted_count")}
        ContactCredit.objects.create(**key, **counts, changed_at=done.at)


def _give_credit_back(done: Merge, row: Mapping[str, Any]) -> None:
    """As many as are left: what was sent since can't be sent again."""
    key = {"medium": row["medium"], "template": row["template"]}
    own = ContactCredit.objects.select_for_update().filter(member_id=done.survivor_id, **key)
    left = min(row["left_count"], own.values_list("left_count", flat=True).first() or 0)
    own.update(
        left_count=F("left_count") - left,
        granted_count=F("granted_count") - row["granted_count"],
        changed_at=done.at,
    )
    _add(done, done.retired_id, {**row, "left_count": left})


def _instant(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None
