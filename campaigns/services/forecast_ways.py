"""Which steps of a journey members would come to, and when: by what is known now, and every way
that nobody can know yet. Nothing is written.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from campaigns.models import Campaign, Enrollment
from campaigns.rules import arrivals, step_times
from campaigns.rules.arrivals import Arrival
from campaigns.rules.journey_steps import Branch, Kind, Step, Wait, WaitEvent, WaitUntil
from campaigns.rules.journeys import Flow
from campaigns.selectors import member_zones
from members.rules import conditions
from members.selectors import member_conditions

# By step and by row: when they come to it, if they do.
Ways = Mapping[str, Mapping[int, Arrival]]
# What a journey itself changes: who is in it has come in, whatever the forecast reads now.
_OWN_FIELDS = "campaign."


def ways(flow: Flow, rows: Sequence[Enrollment], *, at: datetime) -> Ways:
    """Where each of these rows, all of one campaign, would come when they come in at `at`. One
    query for each branch that can be known, and one for zones where a clock is waited for."""
    if flow.first is None or not rows:
        return {}
    walk = _Walk(rows=rows, may_leave=_may_leave(rows[0].campaign))
    walk.come[flow.first] = {row.pk: Arrival(at) for row in rows}
    # As written, a step stands before all that it leads to.
    for step in flow.steps.values():
        if here := walk.come.get(step.id):
            _WALKS.get(step.kind, _pass)(walk, step, here)
    return walk.come


@dataclass
class _Walk:
    rows: Sequence[Enrollment]
    may_leave: bool
    come: dict[str, dict[int, Arrival]] = field(default_factory=lambda: defaultdict(dict))

    def go(self, pk: int, step_id: str | None, arrival: Arrival) -> None:
        if step_id is not None:
            there = self.come[step_id]
            there[pk] = arrivals.joined(there.get(pk), arrival)

    def among(self, here: Mapping[int, Arrival]) -> list[Enrollment]:
        return [row for row in self.rows if row.pk in here]


def _may_leave(campaign: Campaign) -> bool:
    """Whether something that happens ends it while they wait."""
    return bool(campaign.exits) or bool(campaign.goal_event and campaign.is_over_at_goal)


def _pass(walk: _Walk, step: Step, here: Mapping[int, Arrival]) -> None:
    for pk, arrival in here.items():
        walk.go(pk, step.next, arrival)


def _wait(walk: _Walk, step: Step, here: Mapping[int, Arrival]) -> None:
    assert isinstance(step, Wait)
    length = timedelta(minutes=step.minutes)
    for pk, arrival in here.items():
        behind = arrival.waited(arrival.at + length, may_leave=walk.may_leave)
        walk.go(pk, step.next, behind)


def _clock(walk: _Walk, step: Step, here: Mapping[int, Arrival]) -> None:
    assert isinstance(step, WaitUntil)
    among = walk.among(here)
    zones = member_zones.zones_of([row.member_id for row in among])
    for row in among:
        arrival = here[row.pk]
        zone = zones.get(row.member_id, ZoneInfo("UTC"))
        until = step_times.until(at=arrival.at, clock=step.clock, on=step.on, zone=zone)
        if until is not None:
            arrival = arrival.waited(until.astimezone(UTC), may_leave=walk.may_leave)
        walk.go(row.pk, step.next, arrival)


def _event(walk: _Walk, step: Step, here: Mapping[int, Arrival]) -> None:
    assert isinstance(step, WaitEvent)
    for pk, arrival in here.items():
        heard = arrival.heard(step.minutes, may_leave=walk.may_leave)
        walk.go(pk, step.ways["heard"], heard)
        behind = arrival.waited(heard.at, may_leave=walk.may_leave)
        walk.go(pk, step.ways["else"], behind.halved())


def _branch(walk: _Walk, step: Step, here: Mapping[int, Arrival]) -> None:
    """What is true now is known of those with whom nothing has happened since."""
    assert isinstance(step, Branch)
    condition = member_conditions.read(step.condition)
    codes = conditions.fields_of(condition)
    # Of whom an event brings in, that event changes what is known.
    is_known = walk.rows[0].campaign.entry != Campaign.Entry.EVENT and not any(
        code.startswith(_OWN_FIELDS) for code in codes
    )
    fresh: dict[datetime, set[int]] = defaultdict(set)
    for row in walk.among(here):
        arrival = here[row.pk]
        if is_known and arrival.is_fresh:
            fresh[arrival.at].add(row.member_id)
        else:
            for way in ("yes", "no"):
                walk.go(row.pk, step.ways[way], arrival.halved())
    for at, member_ids in fresh.items():
        met = member_conditions.met_by(condition, member_ids=sorted(member_ids), at=at)
        for row in walk.among(here):
            if row.member_id in member_ids and here[row.pk].is_fresh:
                way = "yes" if row.member_id in met else "no"
                walk.go(row.pk, step.ways[way], here[row.pk])


def _split(walk: _Walk, step: Step, here: Mapping[int, Arrival]) -> None:
    for row in walk.among(here):
        arm = row.arm if row.arm in step.ways else next(iter(step.ways), "")
        walk.go(row.pk, step.ways.get(arm, step.next), here[row.pk])


def _gift(walk: _Walk, step: Step, here: Mapping[int, Arrival]) -> None:
    for row in walk.among(here):
        arrival = here[row.pk]
        walk.go(row.pk, step.next, arrival if row.is_control else arrival.changed())


def _end(walk: _Walk, step: Step, here: Mapping[int, Arrival]) -> None:
    """Nobody goes on."""


_WALKS: Mapping[str, Callable[[_Walk, Step, Mapping[int, Arrival]], None]] = {
    Kind.WAIT: _wait,
    Kind.WAIT_UNTIL: _clock,
    Kind.WAIT_EVENT: _event,
    Kind.BRANCH: _branch,
    Kind.SPLIT: _split,
    Kind.GRANT: _gift,
    Kind.END: _end,
}
