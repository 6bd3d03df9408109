"""What a forecast says, and how a part that was drawn is scaled up to all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from campaigns.rules import gate as rules

# Beside the gate's reasons: beyond the limit of the audience, and no message on their way.
LIMIT, NO_MESSAGE = "audience_limit", "no_message"


@dataclass(frozen=True, kw_only=True)
class StepForecast:
    """Of one message of the journey. `members_count` come to it at most, `least_count` for sure;
    `members_count` = all of `excluded` + `sendable_count` + `held_out_count`. Of `sendable_count`,
    at most, `sure_count` are reached for sure; of `open_count` of those who come something isn't
    known, be it only the reason. `by_medium` counts messages."""

    step: str
    members_count: int
    least_count: int
    open_count: int
    excluded: dict[str, int]
    sendable_count: int
    sure_count: int
    held_out_count: int
    by_medium: dict[str, int]

    @property
    def is_range(self) -> bool:
        """Whether how many come to it, or are reached, is a range."""
        counts = (self.members_count, self.sendable_count)
        return (self.least_count, self.sure_count) != counts


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Numbers of members. `members_count` = all of `excluded` + `sendable_count` +
    `held_out_count`; reasons in the gate's order. Amounts are minor units. Of a large audience
    `judged_count` members were drawn and judged, and the numbers are scaled up.

    Written to is who gets one message of the journey or more: `sendable_count` at most, of them
    `sure_count` for sure. `by_medium` counts messages: with several more than members.
    """

    members_count: int
    judged_count: int
    excluded: dict[str, int]
    sendable_count: int
    sure_count: int
    held_out_count: int
    by_medium: dict[str, int]
    by_arm: dict[str, int]
    cost_amount: int
    liability_amount: int
    due_at: datetime
    steps: tuple[StepForecast, ...] = ()

    @property
    def has_message(self) -> bool:
        return bool(self.steps)

    @property
    def is_sample(self) -> bool:
        return self.judged_count < self.members_count

    @property
    def has_ranges(self) -> bool:
        """Whether something that happens on the way decides who is written to, and how often."""
        return self.sure_count < self.sendable_count or any(one.is_range for one in self.steps)


@dataclass(frozen=True)
class Scale:
    judged: int
    total: int

    def reasons(self, counts: Mapping[str, int]) -> dict[str, int]:
        """In the gate's order, without those that keep nobody out."""
        order = [*(one.value for one in rules.Reason), NO_MESSAGE, LIMIT]
        return {reason: self.up(counts[reason]) for reason in order if counts.get(reason)}

    def up(self, count: int) -> int:
        """Exact where everybody was judged; else rounded half up."""
        if self.judged == self.total or not self.judged:
            return count
        return (count * self.total + self.judged // 2) // self.judged
