"""What each kind of step does to those who come to it, and where they go from there."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from campaigns.models import CampaignVersion, Enrollment, StepRecord
from campaigns.rules import step_times
from campaigns.rules.journey_steps import (
    Branch,
    Kind,
    Step,
    Task,
    Wait,
    WaitEvent,
    WaitUntil,
    Webhook,
)
from campaigns.rules.journeys import Flow
from campaigns.selectors import member_zones
from campaigns.services import (
    campaign_versions,
    clerk_tasks,
    entry_checks,
    event_waits,
    journey_messages,
    step_calls,
)
from members.selectors import member_conditions

_State = Enrollment.State
_Outcome = StepRecord.Outcome
# Where a row is, as far as it is written: rows of one place are written together.
_Place = tuple[str, str, str, datetime | None, str, datetime | None]


class Going:
    """A batch on its way: flows read once, records kept until all are written."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.at_gifts: list[int] = []
        self.records: list[StepRecord] = []
        self._flows: dict[int, Flow] = {}

    def flow_of(self, version: CampaignVersion) -> Flow:
        if version.pk not in self._flows:
            self._flows[version.pk] = campaign_versions.flow_of_version(version)
        return self._flows[version.pk]

    def record(self, row: Enrollment, step: Step, outcome: str, detail: str = "") -> None:
        self.records.append(
            StepRecord(
                enrollment_id=row.pk,
                step=step.id,
                kind=step.kind,
                outcome=outcome,
                detail=detail[:80],
                recorded_at=self.at,
            )
        )

    def write(self, rows: Sequence[Enrollment]) -> None:
        """One statement for all rows that came to the same place."""
        StepRecord.objects.bulk_create(self.records, ignore_conflicts=True, batch_size=1_000)
        places: dict[_Place, list[Enrollment]] = defaultdict(list)
        for row in rows:
            places[
                (row.state, row.reason, row.step, row.due_at, row.waits_for, row.ended_at)
            ].append(row)
        for (state, reason, step, due_at, waits_for, ended_at), some in places.items():
            Enrollment.objects.filter(pk__in=[row.pk for row in some]).update(
                state=state,
                reason=reason,
                step=step,
                due_at=due_at,
                waits_for=waits_for,
                ended_at=ended_at,
            )
        changed = [row for row in rows if getattr(row, "has_new_context", False)]
        if changed:
            Enrollment.objects.bulk_update(changed, ["context"], batch_size=500)


def act(step: Step, rows: Sequence[Enrollment], going: Going) -> None:
    """Does the step for all of `rows`, which stand at it."""
    for row in rows:
        row.step = step.id
    _ACTS[step.kind](step, rows, going)


def wake(rows: Sequence[Enrollment], at: datetime) -> None:
    """Those whose wait is over stand at what comes behind it: a watch at the first step, a wait at
    the next one, a wait for an event at its other way, unless it happened in time. Of the watched
    leaves who did it all the same. Both by what is on record, told or not."""
    watched = [row for row in rows if row.state == _State.WATCHING]
    prevented = entry_checks.prevented(rows=watched)
    heard = event_waits.heard([row for row in rows if row.waits_for])
    for row in rows:
        if row.state == _State.ACTIVE:
            continue
        was_watching = row.state == _State.WATCHING
        if row.pk in prevented:
            row.state, row.reason = _State.EXITED, entry_checks.PREVENTED
            row.due_at, row.ended_at = None, at
            continue
        assert row.due_at is not None
        note_since(row, heard.get(row.pk, row.due_at))
        if was_watching:
            row.state = _State.ACTIVE
        elif row.pk in heard:
            go_on(row, way="heard", outcome=_Outcome.HEARD, at=at)
        else:
            go_on(row, way="else", outcome=_Outcome.TIMED_OUT, at=at)


def go_on(row: Enrollment, *, way: str, outcome: str, at: datetime) -> None:
    """The row stands behind the step at which it waited; of one with several ways, at `way`."""
    step = campaign_versions.flow_of_version(row.version).steps[row.step]
    if isinstance(step, WaitEvent):
        StepRecord.objects.get_or_create(
            enrollment=row,
            step=step.id,
            defaults={"kind": step.kind, "outcome": outcome, "recorded_at": at},
        )
        go(row, step.ways[way], at)
    else:
        go(row, step.next, at)


def go(row: Enrollment, step_id: str | None, at: datetime) -> None:
    """The row stands at the step, or is through."""
    row.waits_for = ""
    if step_id is None:
        row.state, row.step, row.due_at, row.ended_at = _State.DONE, "", None, at
    else:
        row.state, row.step, row.due_at = _State.ACTIVE, step_id, at


def note_since(row: Enrollment, instant: datetime) -> None:
    """What comes now counts from `instant`, and expires by it: when the wait was over, or when
    what it waited for happened."""
    row.context = {**row.context, "since": instant.isoformat()}
    row.has_new_context = True  # type: ignore[attr-defined]


def _wait(step: Step, rows: Sequence[Enrollment], going: Going) -> None:
    assert isinstance(step, Wait)
    for row in rows:
        _wait_until(row, going.at + timedelta(minutes=step.minutes))


def _clock(step: Step, rows: Sequence[Enrollment], going: Going) -> None:
    assert isinstance(step, WaitUntil)
    zones = member_zones.zones_of([row.member_id for row in rows])
    default = ZoneInfo("UTC")
    for row in rows:
        zone = zones.get(row.member_id, default)
        until = step_times.until(at=going.at, clock=step.clock, on=step.on, zone=zone)
        if until is None:
            go(row, step.next, going.at)
        else:
            _wait_until(row, until.astimezone(UTC))


def _event(step: Step, rows: Sequence[Enrollment], going: Going) -> None:
    assert isinstance(step, WaitEvent)
    for row in rows:
        # What happens from now on counts, whenever this batch is written.
        note_since(row, going.at)
        _wait_until(row, going.at + timedelta(minutes=step.minutes))
        row.waits_for = step.event


def _wait_until(row: Enrollment, until: datetime) -> None:
    row.state, row.due_at = _State.WAITING, until


def _branch(step: Step, rows: Sequence[Enrollment], going: Going) -> None:
    assert isinstance(step, Branch)
    condition = member_conditions.read(step.condition)
    member_ids = sorted({row.member_id for row in rows})
    met = member_conditions.met_by(condition, member_ids=member_ids, at=going.at)
    for row in rows:
        way = "yes" if row.member_id in met else "no"
        going.record(row, step, _Outcome.YES if way == "yes" else _Outcome.NO)
        go(row, step.ways[way], going.at)


def _split(step: Step, rows: Sequence[Enrollment], going: Going) -> None:
    """Who is held out goes the first way, as a ghost: what is compared is the whole journey."""
    for row in rows:
        arm = row.arm if row.arm in step.ways else next(iter(step.ways), "")
        going.record(row, step, _Outcome.GHOST if row.is_control else _Outcome.DONE, arm)
        go(row, step.ways.get(arm, step.next), going.at)


def _message(step: Step, rows: Sequence[Enrollment], going: Going) -> None:
    excluded = journey_messages.plan(
        step=step, rows=rows, flow=going.flow_of(rows[0].version), at=going.at
    )
    for row in rows:
        if row.pk in excluded:
            row.state, row.reason = _State.EXCLUDED, excluded[row.pk]
            row.step, row.due_at, row.ended_at = "", None, going.at
        else:
            go(row, step.next, going.at)


def _gift(step: Step, rows: Sequence[Enrollment], going: Going) -> None:
    """Given one by one behind the account's lock; who is held out goes on with nothing."""
    for row in rows:
        if row.is_control:
            going.record(row, step, _Outcome.GHOST)
            go(row, step.next, going.at)
        else:
            row.due_at = going.at
            going.at_gifts.append(row.pk)


def _outside(step: Step, rows: Sequence[Enrollment], going: Going) -> None:
    """Something that others do: a row that waits for them, and the member goes on."""
    asked = [row for row in rows if not row.is_control]
    if isinstance(step, Task):
        clerk_tasks.create_many(enrollments=asked, step=step, at=going.at)
    elif isinstance(step, Webhook):
        step_calls.create_many(enrollments=asked, step=step, at=going.at)
    for row in rows:
        going.record(row, step, _Outcome.GHOST if row.is_control else _Outcome.DONE)
        go(row, step.next, going.at)


def _end(step: Step, rows: Sequence[Enrollment], going: Going) -> None:
    for row in rows:
        go(row, None, going.at)


_ACTS: dict[str, Callable[[Step, Sequence[Enrollment], Going], None]] = {
    Kind.WAIT: _wait,
    Kind.WAIT_UNTIL: _clock,
    Kind.WAIT_EVENT: _event,
    Kind.BRANCH: _branch,
    Kind.SPLIT: _split,
    Kind.MESSAGE: _message,
    Kind.GRANT: _gift,
    Kind.TASK: _outside,
    Kind.WEBHOOK: _outside,
    Kind.END: _end,
}
