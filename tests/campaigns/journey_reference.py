"""What a journey does with one member, in plain Python from docs/algorithms/journeys.md, entries.md
and gate.md: one instant after the other. Nothing of ours is imported here."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Deed:
    """`kind` is "order", "view" or "cart"; done, and told, at these instants."""

    kind: str
    done_at: datetime
    told_at: datetime
    products: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    exit_same: str | None
    goal_days: int
    is_over_at_goal: bool
    expires: timedelta


@dataclass
class Way:
    """One member on the way. `product` is what brought them in, at `began_at`."""

    steps: list[dict]
    terms: Terms
    began_at: datetime
    product: str
    zone: ZoneInfo
    arm: str
    speaks_english: bool
    allows: bool
    state: str = "ACTIVE"
    reason: str = ""
    since: datetime | None = None
    due_at: datetime | None = None
    converted_at: datetime | None = None
    messages: list[tuple[str, str, datetime]] = field(default_factory=list)
    records: list[tuple[str, str, datetime]] = field(default_factory=list)
    tasks: dict[str, str] = field(default_factory=dict)
    gifts: list[str] = field(default_factory=list)
    # What is still to come, the next first.
    _left: list[dict] = field(default_factory=list)
    _waits: dict | None = None

    def begin(self) -> None:
        self.since, self._left = self.began_at, list(self.steps)
        self._walk(self.began_at)

    def turn(self, now: datetime, told: list[Deed]) -> None:
        """A worker comes by; `told` is all that is on record by now."""
        if self.due_at is None or self.due_at > now:
            return
        due, step, self._waits, self.due_at = self.due_at, self._waits, None, None
        self.since = due
        if step is not None:
            heard = [one.done_at for one in told if self._ends(step, one, self._waited, due)]
            self._go(step, "heard" if heard else "else", now)
            self.since = min(heard) if heard else due
        self._walk(now)

    def hear(self, deeds: list[Deed], now: datetime) -> None:
        """What was just told: the goal, then what ends it, then what is waited for."""
        if self._convert(deeds, now):
            return
        is_out = self.terms.exit_same is not None and any(
            one.kind == "order"
            and one.done_at > self.began_at
            and (not self.terms.exit_same or self.product in one.products)
            for one in deeds
        )
        if is_out and (self._is_live or "OPEN" in self.tasks.values()):
            self._leave("exited", now)
            return
        step, due = self._waits, self.due_at
        if step is None:
            return
        heard = [one.done_at for one in deeds if self._ends(step, one, self._waited, due)]
        if heard:
            self._waits, self.due_at = None, None
            self._go(step, "heard", now)
            self.since = min(heard)
            self._walk(now)

    @property
    def _is_live(self) -> bool:
        return self.state in ("ACTIVE", "WAITING")

    def _convert(self, deeds: list[Deed], now: datetime) -> bool:
        """Whether that ended it."""
        until = self.began_at + timedelta(days=self.terms.goal_days)
        reached = any(one.kind == "cart" and self.began_at < one.done_at < until for one in deeds)
        if not reached or self.converted_at is not None:
            return False
        self.converted_at = now
        if self.terms.is_over_at_goal:
            self._leave("converted", now)
        return self.terms.is_over_at_goal

    def _leave(self, reason: str, now: datetime) -> None:
        if self._is_live:
            self.state, self.reason, self.due_at, self._waits = "EXITED", reason, None, None
            self._left = []
        self.tasks = {
            step: "CANCELED" if state == "OPEN" else state for step, state in self.tasks.items()
        }

    def _ends(self, step: dict, one: Deed, since: datetime, due: datetime | None) -> bool:
        if one.kind != step["event"] or due is None or not since <= one.done_at < due:
            return False
        return not step["same"] or self.product in one.products

    def _go(self, step: dict, way: str, now: datetime) -> None:
        outcome = "HEARD" if way == "heard" else "TIMED_OUT"
        self.records.append((step["id"], outcome, now))
        self._left = [*step[way], *self._left]

    def _walk(self, now: datetime) -> None:
        self.state = "ACTIVE"
        while self._left and self._is_live:
            step = self._left.pop(0)
            getattr(self, f"_{step['kind'].lower()}")(step, now)
            if self.due_at is not None:
                self.state = "WAITING"
                return
        if self._is_live:
            self.state = "DONE"

    def _wait(self, step: dict, now: datetime) -> None:
        self.due_at = now + step["minutes"] * MINUTE

    def _wait_until(self, step: dict, now: datetime) -> None:
        """On the member's wall; the day after where the clock was there already."""
        wall = now.astimezone(self.zone)
        clock = time.fromisoformat(step["clock"])
        if step.get("on"):
            day = datetime.fromisoformat(step["on"]).date()
            until = datetime.combine(day, clock, self.zone)
            if until <= now:
                return
        else:
            until = datetime.combine(wall.date(), clock, self.zone)
            if until == now:
                return
            if until < now:
                until = datetime.combine(wall.date() + timedelta(days=1), clock, self.zone)
        self.due_at = until

    def _wait_event(self, step: dict, now: datetime) -> None:
        self._waits, self._waited = step, now
        self.since = now
        self.due_at = now + step["minutes"] * MINUTE

    def _branch(self, step: dict, now: datetime) -> None:
        way = "yes" if self.speaks_english else "no"
        self.records.append((step["id"], way.upper(), now))
        self._left = [*step[way], *self._left]

    def _split(self, step: dict, now: datetime) -> None:
        is_ghost = self.arm == "control"
        self.records.append((step["id"], "GHOST" if is_ghost else "DONE", now))
        self._left = [*step["a" if is_ghost else self.arm], *self._left]

    def _message(self, step: dict, now: datetime) -> None:
        assert self.since is not None
        expires_at = self.since + self.terms.expires
        if not self.allows:
            state = "SKIPPED"
        elif now >= expires_at:
            state = "EXPIRED"
        else:
            state = "GHOST" if self.arm == "control" else "SENT"
        self.messages.append((step["id"], state, expires_at))

    def _grant(self, step: dict, now: datetime) -> None:
        is_ghost = self.arm == "control"
        self.records.append((step["id"], "GHOST" if is_ghost else "DONE", now))
        if not is_ghost:
            self.gifts.append(step["id"])

    def _task(self, step: dict, now: datetime) -> None:
        is_ghost = self.arm == "control"
        self.records.append((step["id"], "GHOST" if is_ghost else "DONE", now))
        if not is_ghost:
            self.tasks[step["id"]] = "OPEN"

    def _end(self, step: dict, now: datetime) -> None:
        self._left = []
