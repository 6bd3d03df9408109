"""Members come into campaigns and leave them: each entry once, whoever tells it how often.

Those of a frozen audience are written by `campaigns.services.run_freezing`; here is who comes one
by one, and how anybody leaves. Source: docs/algorithms/campaigns.md.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.models import Campaign, Delivery, Enrollment, Run
from campaigns.rules import arms
from campaigns.rules.arms import Arm
from campaigns.services import (
    campaign_locks,
    clerk_tasks,
    journeys,
    member_pools,
    standing_runs,
    step_calls,
)
from members.services import bell

ADVANCE_DUE = "campaigns.tasks.advance_due"
_State = Enrollment.State
_Delivery = Delivery.State


@dataclass(frozen=True, kw_only=True)
class Entering:
    """One member who comes in. `entry_key` names what comes in once, at most 120 characters;
    `watch_until` makes them wait for it whether something else happens: whoever hears that lets
    them leave; `refused` is why they are left out at once. `event_id` and what else is known of the
    reason go into `context`, ids and codes only."""

    member_id: int
    entry_key: str
    context: Mapping[str, Any] = field(default_factory=dict)
    watch_until: datetime | None = None
    refused: str = ""


@transaction.atomic
def enter(*, campaign: Campaign, entering: Sequence[Entering], at: datetime) -> list[Enrollment]:
    """The enrollments that are new; an entry key that is there already adds nothing.

    A paused campaign takes nobody in: they are rows that say so. One that is over adds none. Call
    it for campaigns with a version only.
    """
    if not entering:
        return []
    # Behind this nobody stops it: who comes in is let go with the others.
    state = campaign_locks.state_of(campaign.pk)
    if state not in Campaign.LIVE:
        return []
    campaign.state = state
    run = standing_runs.current(campaign=campaign, at=at)
    rows = [_row(campaign, run, one, at) for one in entering]
    keys = [row.entry_key for row in rows]
    # Behind the insert: whoever comes at the same moment waits at the unique key.
    Enrollment.objects.bulk_create(rows, ignore_conflicts=True)
    mine = Enrollment.objects.filter(campaign=campaign, entry_key__in=keys, run=run, entered_at=at)
    fresh = list(mine.select_related("campaign", "version", "run").order_by("pk"))
    _take_places(campaign, [one for one in fresh if one.state in Enrollment.LIVE], at)
    journeys.begin(rows=fresh, at=at)
    if any(one.state == _State.ACTIVE for one in fresh):
        bell.start_on_commit(ADVANCE_DUE)
    return fresh


def _take_places(campaign: Campaign, rows: Sequence[Enrollment], at: datetime) -> None:
    """Whoever finds no place any more stays out, and the row says so."""
    if campaign.audience_limit is None or not rows:
        return
    own = rows[0].member_id
    if member_pools.take_members(campaign_id=campaign.pk, count=len(rows), own=own):
        return
    for row in rows:
        if not member_pools.take_members(campaign_id=campaign.pk, count=1, own=own):
            row.state, row.reason = _State.EXCLUDED, "audience_limit"
            row.due_at, row.ended_at = None, at
            row.save(update_fields=["state", "reason", "due_at", "ended_at"])


def _row(campaign: Campaign, run: Run, one: Entering, at: datetime) -> Enrollment:
    assert campaign.version is not None
    drawn = arms.bucket(campaign.salt, one.member_id)
    is_running = campaign.state == Campaign.State.RUNNING
    refused = one.refused if is_running else "campaign_state"
    state = _State.WATCHING if one.watch_until else _State.ACTIVE
    return Enrollment(
        run=run,
        campaign=campaign,
        version=campaign.version,
        member_id=one.member_id,
        entry_key=one.entry_key,
        bucket=drawn,
        arm=arm_of(campaign.version.content, drawn),
        state=_State.EXCLUDED if refused else state,
        reason=refused,
        due_at=None if refused else (one.watch_until or at),
        context=dict(one.context),
        entered_at=at,
        ended_at=at if refused else None,
    )


def arm_of(content: Mapping[str, Any], drawn: int) -> str:
    """The arm of a version's content that a bucket falls into."""
    return arms.arm_of(
        drawn,
        arms=[Arm(code=one["code"], share=one["share"]) for one in content["arms"]],
        control_share=content["control_share"],
    )


@transaction.atomic
def leave(*, enrollment_ids: Collection[int], reason: str, at: datetime) -> int:
    """These members are out at once, and what waits to be sent to them isn't; gives how many were
    still on their way. One whose steps are done keeps being done. Bears repeats."""
    ids = _locked(enrollment_ids)
    live = Enrollment.objects.filter(pk__in=ids, state__in=Enrollment.LIVE)
    count = live.update(
        state=_State.EXITED, reason=reason, ended_at=at, due_at=None, waits_for="", step=""
    )
    _hold_back(ids, "exited", at)
    return count


@transaction.atomic
def convert(*, enrollment_ids: Collection[int], is_over: bool, at: datetime) -> int:
    """These members have reached the goal; with `is_over` it ends what is going on with them.
    Gives how many hadn't reached it before. Bears repeats: the first time counts."""
    ids = _locked(enrollment_ids)
    rows = Enrollment.objects.filter(pk__in=ids, converted_at=None)
    count = rows.update(converted_at=at)
    if is_over:
        Enrollment.objects.filter(pk__in=ids, state__in=Enrollment.LIVE).update(
            state=_State.EXITED, reason="converted", ended_at=at, due_at=None, waits_for="", step=""
        )
        _hold_back(ids, "converted", at)
    return count


def _locked(enrollment_ids: Collection[int]) -> list[int]:
    """In the order in which everybody locks them."""
    rows = Enrollment.objects.select_for_update().filter(pk__in=enrollment_ids).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def _hold_back(enrollment_ids: Sequence[int], reason: str, at: datetime) -> None:
    """What waits isn't sent, told or done any more; a message that a sender is just judging is
    told by the gate."""
    waiting = Delivery.objects.filter(enrollment_id__in=enrollment_ids, state=_Delivery.QUEUED)
    waiting.update(state=_Delivery.SKIPPED, reason=reason)
    clerk_tasks.cancel_of(enrollment_ids=enrollment_ids, at=at)
    step_calls.kill_of(enrollment_ids=enrollment_ids)
