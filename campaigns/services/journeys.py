"""Members go their way through the steps of a campaign, many at once, each step once.

A batch is one transaction: who has gone a step has all that the step made. Gifts are given one by
one behind the member's account, whose lock comes before all others'. Source:
docs/algorithms/journeys.md.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import QuerySet

from campaigns.models import Campaign, Enrollment, StepRecord
from campaigns.rules.event_patterns import Fact
from campaigns.rules.journey_steps import WaitEvent
from campaigns.rules.journeys import BadSteps
from campaigns.services import (
    campaign_locks,
    campaign_versions,
    enrollment_rows,
    event_waits,
    journey_acts,
    journey_gifts,
    members_at_work,
    queue_order,
)
from campaigns.services.journey_acts import Going
from loyalty.services import benefit_locks

logger = structlog.get_logger(__name__)

BATCH = 500
# A step that fails is tried again so often, at growing distances; then the member leaves.
MOST_FAILURES = 5
FIRST_RETRY = timedelta(minutes=1)
_Advance = Callable[[int, Sequence[int], datetime], list[int]]
_State = Enrollment.State
_PLACE = ("state", "reason", "step", "due_at", "waits_for", "ended_at")
_DUE = (_State.WATCHING, _State.ACTIVE, _State.WAITING)


def advance_due(*, at: datetime, limit: int = BATCH) -> int:
    """Lets members go on whose time has come, at most `limit` of each running campaign; gives how
    many it looked at. Call it outside of any transaction.

    One whose step fails doesn't hold up the others: it is tried alone, later, five times.
    """
    return sum(_advance_some(campaign_id, at, limit) for campaign_id in _campaigns_due(at))


def begin(*, rows: Sequence[Enrollment], at: datetime) -> None:
    """Lets members who have just come in begin, in the caller's transaction, which holds their
    rows; those who only watch or are left out stay as they are."""
    _walk_or_stand([row for row in rows if row.state == _State.ACTIVE], at)


@transaction.atomic
def hear(*, events: Sequence[Fact], at: datetime) -> int:
    """Lets members go on who wait for one of these events; gives how many. Bears repeats: who has
    gone on waits no more. What happened before they came to the step doesn't count. In a paused
    campaign they stand at the way that it opened, and go it when it is resumed."""
    told = defaultdict(list)
    for event in events:
        if event.member_id is not None:
            told[event.member_id].append(event)
    waiting = (
        Enrollment.objects.select_for_update(of=("self",))
        .select_related("campaign", "version", "run")
        .filter(member_id__in=told, state=_State.WAITING, campaign__state__in=Campaign.LIVE)
        .exclude(waits_for="")
        .order_by("pk")
    )
    heard = []
    for row in waiting:
        instant = _heard_at(row, told[row.member_id])
        if instant is None:
            continue
        heard.append(row)
        journey_acts.note_since(row, instant)
        journey_acts.go_on(row, way="heard", outcome=StepRecord.Outcome.HEARD, at=at)
    paused = [row for row in heard if row.campaign.state != Campaign.State.RUNNING]
    journey_acts.Going(at).write(paused)
    _walk_or_stand([row for row in heard if row not in paused], at)
    return len(heard)


def walk(rows: Sequence[Enrollment], at: datetime) -> list[int]:
    """Takes these rows as far as they can go now, and writes where they are. In the caller's
    transaction, which holds them. Gives the ids of those that stand at a gift."""
    going = Going(at)
    active = [row for row in rows if row.state == _State.ACTIVE]
    while active:
        for (version_id, step_id), some in _by_step(active).items():
            flow = going.flow_of(some[0].version)
            if flow.first is None or (step_id and step_id not in flow.steps):
                raise ValueError(f"version {version_id} has no step {step_id}")
            step = flow.steps[step_id or flow.first]
            journey_acts.act(step, some, going)
        active = [
            row for row in active if row.state == _State.ACTIVE and row.pk not in going.at_gifts
        ]
    going.write(rows)
    return going.at_gifts


def _walk_or_stand(rows: Sequence[Enrollment], at: datetime) -> None:
    """Takes them as far as they can go; where a step fails all of them stand where they are, due,
    and `advance_due` tries them one by one: what else is done of the same event isn't undone."""
    kept = [(row, {name: getattr(row, name) for name in _PLACE}) for row in rows]
    try:
        with transaction.atomic():
            walk(rows, at)
    except Exception:
        if not connection.is_usable():
            raise
        logger.exception("journeys_stand", count=len(rows))
        for row, place in kept:
            vars(row).update(place)
        journey_acts.Going(at).write([row for row, _place in kept])


def _advance_some(campaign_id: int, at: datetime, limit: int) -> int:
    with queue_order.kept():
        due = list(_due(campaign_id, at).values_list("pk", flat=True)[:limit])
    try:
        gifts = _advance(campaign_id, due, at)
    except Exception:
        if not connection.is_usable():
            raise
        logger.exception("journeys_failed", campaign_id=campaign_id, count=len(due))
        gifts = [pk for one in due for pk in _alone(_advance, campaign_id, one, at)]
    for enrollment_id in gifts:
        _alone(_give, campaign_id, enrollment_id, at)
    return len(due)


@transaction.atomic
def _advance(campaign_id: int, enrollment_ids: Sequence[int], at: datetime) -> list[int]:
    rows = _locked(campaign_id, enrollment_ids, at)
    journey_acts.wake(rows, at)
    return walk(rows, at)


@transaction.atomic
def _give(campaign_id: int, enrollment_ids: Sequence[int], at: datetime) -> list[int]:
    """Gives what the step gives, and goes on. The account's lock comes first, as everywhere."""
    owners = Enrollment.objects.filter(pk__in=enrollment_ids)
    for member_id in owners.order_by("member_id").values_list("member_id", flat=True):
        benefit_locks.hold(member_id=member_id)
    rows = _locked(campaign_id, enrollment_ids, at)
    journey_gifts.give(rows, at)
    return walk(rows, at)


def _alone(advance: _Advance, campaign_id: int, enrollment_id: int, at: datetime) -> list[int]:
    """One by itself, so that its fault is its own; gifts that follow at once are given too."""
    try:
        gifts = advance(campaign_id, [enrollment_id], at)
        while gifts and advance is _give:
            gifts = advance(campaign_id, gifts, at)
    except Exception as error:
        if not connection.is_usable():
            raise
        logger.warning("journey_failed", enrollment_id=enrollment_id, error=type(error).__name__)
        _put_off(enrollment_id, at)
        return []
    return gifts


@transaction.atomic
def _put_off(enrollment_id: int, at: datetime) -> None:
    """The watchdog: one that fails again and again leaves, and says so."""
    row = Enrollment.objects.select_for_update().filter(pk=enrollment_id, state__in=_DUE).first()
    if row is None:
        return
    failures = int(row.context.get("failures", 0)) + 1
    row.context = {**row.context, "failures": failures}
    row.due_at = at + FIRST_RETRY * 2 ** (failures - 1)
    if failures >= MOST_FAILURES:
        row.state, row.reason, row.ended_at, row.due_at = _State.EXITED, "step_failed", at, None
    row.save(update_fields=["context", "due_at", "state", "reason", "ended_at"])


def _campaigns_due(at: datetime) -> list[int]:
    """Running campaigns in which somebody is due: one step into the index for each."""
    with queue_order.kept(), connection.cursor() as cursor:
        cursor.execute(_CAMPAIGNS_DUE, [at])
        return [campaign_id for (campaign_id,) in cursor.fetchall()]


_CAMPAIGNS_DUE = """
SELECT c.id FROM campaigns_campaign c CROSS JOIN LATERAL (
    SELECT FROM campaigns_enrollment e
    WHERE e.campaign_id = c.id AND e.state IN ('WATCHING', 'ACTIVE', 'WAITING') AND e.due_at <= %s
    ORDER BY e.due_at LIMIT 1
) first WHERE c.state = 'RUNNING' ORDER BY c.priority DESC, c.id
"""


def _due(campaign_id: int, at: datetime) -> QuerySet[Enrollment]:
    rows = Enrollment.objects.filter(campaign_id=campaign_id, state__in=_DUE, due_at__lte=at)
    return rows.order_by("due_at")


def _locked(campaign_id: int, enrollment_ids: Sequence[int], at: datetime) -> list[Enrollment]:
    """Those that are still due, behind their locks; others are being seen to by somebody else.
    Whoever stops the campaign waits for us."""
    if not campaign_locks.is_running(campaign_id):
        return []
    rows = Enrollment.objects.select_for_update(skip_locked=True).filter(
        pk__in=enrollment_ids, campaign_id=campaign_id, state__in=_DUE, due_at__lte=at
    )
    with queue_order.kept():
        found = list(rows.order_by("pk"))
    free = members_at_work.free(member_ids={row.member_id for row in found})
    return enrollment_rows.with_parents(row for row in found if row.member_id in free)


def _by_step(rows: Sequence[Enrollment]) -> dict[tuple[int, str], list[Enrollment]]:
    found: dict[tuple[int, str], list[Enrollment]] = defaultdict(list)
    for row in rows:
        found[row.version_id, row.step].append(row)
    return found


def _heard_at(row: Enrollment, told: Sequence[Fact]) -> datetime | None:
    """When the first of what was told that it waits for happened; None: nothing of it did."""
    name, _colon, behavior = row.waits_for.partition(":")
    facts = [one for one in told if one.type == name and (not behavior or one.behavior == behavior)]
    if not facts:
        return None
    try:
        step = campaign_versions.flow_of_version(row.version).steps.get(row.step)
    except BadSteps:
        # Steps that nobody can read any more: the watchdog says so when the wait is over.
        return None
    return event_waits.first_in_time(row, step, facts) if isinstance(step, WaitEvent) else None
