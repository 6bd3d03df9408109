"""Folds what a member did in a row into one line: "viewed 12 products, 4 min".

Source: docs/algorithms/behavior-events.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# A pause as long as this ends a visit.
PAUSE = timedelta(minutes=30)


@dataclass(frozen=True)
class Deed:
    """One event: its kind, what it was done to, when, and how long it lasted, if known."""

    id: int
    kind: str
    object: str
    channel: str
    occurred_at: datetime
    dwell_seconds: int | None = None

    @property
    def ends_at(self) -> datetime:
        return self.occurred_at + timedelta(seconds=self.dwell_seconds or 0)


@dataclass(frozen=True)
class Run:
    """Deeds of one kind in one channel without a pause between them, newest first."""

    deeds: tuple[Deed, ...]

    @property
    def kind(self) -> str:
        return self.deeds[0].kind

    @property
    def objects(self) -> int:
        """How many different things it was done to."""
        return len({deed.object for deed in self.deeds if deed.object})

    @property
    def begins_at(self) -> datetime:
        return self.deeds[-1].occurred_at

    @property
    def seconds(self) -> int:
        """From the first beginning to the last end."""
        last = max(deed.ends_at for deed in self.deeds)
        return round((last - self.begins_at).total_seconds())


def fold(deeds: Iterable[Deed]) -> list[Run]:
    """The deeds, newest first, as runs in the same order; nothing is left out."""
    runs: list[list[Deed]] = []
    for deed in deeds:
        if runs and _goes_on(runs[-1], deed):
            runs[-1].append(deed)
        else:
            runs.append([deed])
    return [Run(tuple(run)) for run in runs]


def _goes_on(run: Sequence[Deed], earlier: Deed) -> bool:
    """Whether the earlier deed led to the run: the pause counts from its end."""
    last = run[-1]
    return (earlier.kind, earlier.channel) == (last.kind, last.channel) and (
        last.occurred_at - earlier.ends_at < PAUSE
    )
