"""Which events campaigns wait for: asked before a dispatch is written, from memory.

The programme's version rises when a campaign begins, changes or is over, and every order brings it
along: so a till's process knows with its next order, without a statement. Where no order comes by,
a process looks every few seconds.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Max, OuterRef, Subquery

from campaigns.models import Campaign, CampaignVersion, Run
from campaigns.rules import entries
from campaigns.rules.entries import BadEntry, EventEntry, Happening
from loyalty.errors import NoProgram
from loyalty.services import programs
from members.registry.behavior_events import NOTICED
from members.registry.subscriptions import Wants

# What a process that records no orders may lag behind.
SECONDS = 5
_State = Campaign.State
_FOREVER = datetime.max.replace(tzinfo=UTC)
# Ends what is going on with a member, whatever the campaign says.
ENDINGS = ("members.member.restricted", "members.profiling.refused")


@dataclass(frozen=True)
class Entrant:
    """A campaign that members come into by events, from `since_at` on and before `until_at`."""

    campaign_id: int
    entry: EventEntry
    since_at: datetime
    until_at: datetime

    def may_begin(self, at: datetime) -> bool:
        return self.since_at <= at < self.until_at

    def hears(self, event: str, occurred_at: datetime | None) -> bool:
        """Also what lies a window before the beginning: it may complete a later pattern."""
        if self.entry.happening.event != event or occurred_at is None:
            return self.entry.happening.event == event
        earliest = self.since_at - timedelta(minutes=self.entry.minutes)
        return earliest <= occurred_at < self.until_at


@dataclass(frozen=True)
class Listening:
    """`ends`: by what ends, converts or lets members go on (of behaviors `type:kind`), until when
    it does. `campaign_ids`: campaigns in which members may be."""

    version: tuple[int, int]
    entrants: tuple[Entrant, ...] = ()
    ends: Mapping[str, datetime] = ()  # type: ignore[assignment]
    campaign_ids: frozenset[int] = frozenset()

    def ending(self, event: str) -> list[datetime]:
        return [until for name, until in self.ends.items() if name.partition(":")[0] == event]


_NOTHING = Listening((0, 0), ends={})
_kept: dict[str, Any] = {}


def kept() -> Listening:
    """As the process knows it; nothing before there is a programme."""
    try:
        terms = programs.kept()
    except NoProgram:
        return _NOTHING
    found = _kept.get("listening")
    if found is None or found.version != (terms.id, terms.version):
        found = _kept["listening"] = _read((terms.id, terms.version))
    return found  # type: ignore[no-any-return]


def current() -> Listening:
    """As it is now, for the worker that brings members in."""
    try:
        programs.current()
    except NoProgram:
        return _NOTHING
    return kept()


def wants_entry(event: str) -> Wants:
    """Whether what happened then may bring a member into a campaign."""
    return _asking(event, lambda known, at: any(one.hears(event, at) for one in known.entrants))


def wants_end(event: str) -> Wants:
    """Whether what happened then may end something, be a goal, or be waited for."""
    if event in ENDINGS:
        return _asking(event, lambda known, at: bool(known.campaign_ids))

    def wanted(known: Listening, at: datetime | None) -> bool:
        return any(at is None or at < until for until in known.ending(event))

    return _asking(event, wanted)


def behaviors_that_enter(kinds: frozenset[str], at: datetime) -> Collection[str]:
    """Kinds of behavior that some campaign may begin with."""
    _freshen()
    asked = {one.entry.happening.behavior for one in kept().entrants if _is_behavior(one)}
    return _chosen(kinds, asked)


def behaviors_that_end(kinds: frozenset[str], at: datetime) -> Collection[str]:
    """Kinds of behavior that end some campaign for a member."""
    known = kept()
    asked = {one.partition(":")[2] for one in known.ends if one.partition(":")[0] == NOTICED}
    return _chosen(kinds, asked)


def forget() -> None:
    """The next one who asks looks: for a process that has just let a campaign begin, and for tests,
    whose databases come and go."""
    _kept.clear()


def _asking(event: str, wants: Callable[[Listening, datetime | None], bool]) -> Wants:
    def asked(occurred_at: datetime | None) -> bool:
        # An order has brought the version along.
        if not event.startswith("loyalty.order."):
            _freshen()
        return wants(kept(), occurred_at)

    return asked


def _freshen() -> None:
    now = time.monotonic()
    looked = _kept.get("looked")
    if looked is None or now - looked > SECONDS:
        current()
        _kept["looked"] = now


def _is_behavior(one: Entrant) -> bool:
    return one.entry.happening.event == NOTICED


def _chosen(kinds: frozenset[str], asked: set[str]) -> Collection[str]:
    return kinds if "" in asked else kinds & asked


def _read(version: tuple[int, int]) -> Listening:
    """One query."""
    entrants: dict[int, Entrant] = {}
    ends: dict[str, datetime] = {}
    campaign_ids = set()
    for row in _versions():
        is_live = row["campaign__state"] in Campaign.LIVE
        if is_live:
            campaign_ids.add(row["campaign_id"])
            _add_entrant(entrants, row)
        if row["content__goal_event"]:
            _note(ends, [row["content__goal_event"]], _goal_until(row, is_live))
            campaign_ids.add(row["campaign_id"])
        if is_live:
            _note(ends, _ending(row, entrants.get(row["campaign_id"])), _FOREVER)
    return Listening(version, tuple(entrants.values()), ends, frozenset(campaign_ids))


def _goal_until(row: Mapping[str, Any], is_live: bool) -> datetime:
    """Also when the campaign is over what they do counts for its days."""
    over_at: datetime | None = row["over_at"]
    if is_live or over_at is None:
        return _FOREVER
    return over_at + timedelta(days=row["content__goal_days"] or 0)


def _versions() -> Iterable[dict[str, Any]]:
    """Of campaigns in which members are, or were: the first version of each first."""
    over = Run.objects.filter(campaign=OuterRef("campaign")).values("campaign")
    rows = CampaignVersion.objects.filter(
        campaign__state__in=(*Campaign.LIVE, _State.FINISHED, _State.KILLED)
    )
    found: Iterable[dict[str, Any]] = rows.order_by("campaign_id", "number").values(
        "campaign_id",
        "created_at",
        *(f"campaign__{name}" for name in ("state", "entry", "entry_rule", "starts_at", "ends_at")),
        *(f"content__{name}" for name in ("exits", "goal_event", "goal_days", "steps")),
        over_at=Subquery(over.annotate(last=Max("finished_at")).values("last")),
    )
    return found


def _add_entrant(entrants: dict[int, Entrant], row: Mapping[str, Any]) -> None:
    campaign_id = row["campaign_id"]
    if row["campaign__entry"] != Campaign.Entry.EVENT or campaign_id in entrants:
        return
    try:
        entry = entries.read(Campaign.Entry.EVENT, row["campaign__entry_rule"])
    except BadEntry:
        return
    # Of what happened before it was first approved nobody was to hear.
    since_at = max(row["created_at"], row["campaign__starts_at"] or row["created_at"])
    until_at = row["campaign__ends_at"] or _FOREVER
    entrants[campaign_id] = Entrant(campaign_id, entry, since_at, until_at)  # type: ignore[arg-type]


def _ending(row: Mapping[str, Any], entrant: Entrant | None) -> Iterator[str]:
    for one in row["content__exits"] or ():
        yield one.get("event", "")
    yield from _waited(row["content__steps"] or ())
    if entrant is not None and entrant.entry.without is not None:
        yield _name(entrant.entry.without)


def _waited(steps: Iterable[Any]) -> Iterator[str]:
    """What steps wait for, wherever they stand."""
    for step in steps:
        if not isinstance(step, dict):
            continue
        if step.get("kind") == "WAIT_EVENT":
            yield str(step.get("event", ""))
        for inner in step.values():
            if isinstance(inner, list):
                yield from _waited(inner)


def _name(happening: Happening) -> str:
    return f"{happening.event}:{happening.behavior}" if happening.behavior else happening.event


def _note(ends: dict[str, datetime], events: Iterable[str], until: datetime) -> None:
    for event in filter(None, events):
        ends[event] = max(ends.get(event, until), until)
