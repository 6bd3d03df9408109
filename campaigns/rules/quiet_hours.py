"""Hours in which nobody is disturbed; they may cross midnight."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """`[starts, ends)` by the clock on the wall of `zone`; both the same means none at all."""

    starts: time
    ends: time
    zone: ZoneInfo

    def until(self, at: datetime) -> datetime | None:
        """The instant (UTC) at which the quiet that holds at `at` is over; None: not quiet.

        Source: docs/algorithms/gate.md.
        """
        local = at.astimezone(self.zone)
        if not self._holds(local.time()):
            return None
        # The evening part of a night that crosses midnight ends tomorrow.
        days = 1 if local.time() >= self.ends else 0
        ends = datetime.combine(local.date() + timedelta(days=days), self.ends, self.zone)
        # In the hour that the clock shows twice, an end of the first pass would lie in the past.
        return ends.replace(fold=local.fold).astimezone(UTC)

    def _holds(self, clock: time) -> bool:
        if self.starts <= self.ends:
            return self.starts <= clock < self.ends
        return clock >= self.starts or clock < self.ends
