"""Challenges: what one order adds, in which window, and how often the target was reached.

Pure: who asks brings what stands now. Source: docs/algorithms/challenges.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from loyalty.rules import calendar
from loyalty.rules.earning_facts import Facts
from members.rules import conditions
from members.rules.conditions import Condition

ORDERS, REPEAT_ORDERS, SPEND, PIECES = "ORDERS", "REPEAT_ORDERS", "SPEND", "PIECES"
BEHAVIORS, TIER, FRIENDS = "BEHAVIORS", "TIER", "FRIENDS"
OF_ORDERS = frozenset({ORDERS, REPEAT_ORDERS, SPEND, PIECES})
# The window of what has none; also where it is kept that a member joined.
EVER_ON = date.min
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
_DAYS = {"DAY": 1, "WEEK": 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A challenge that is live or was. `target` is in what it counts: orders, minor units,
    pieces, behaviors, friends. It counts what happened in `[starts_at, ends_at)`.

    `condition` None: it can't be read, and no order meets it. Ranks None: for everybody.
    """

    id: int
    code: str
    counts: str
    target: int
    starts_at: datetime
    ends_at: datetime | None = None
    window: str = "EVER"
    is_repeating: bool = False
    limit_times: int | None = None
    min_order_amount: int = 0
    condition: Condition | None = None
    is_per_line: bool = False
    behavior: str = ""
    is_streak: bool = False
    tier_rank: int | None = None
    for_tier_rank: int | None = None
    for_tag_id: int | None = None
    needs_joining: bool = False

    @property
    def of_orders(self) -> bool:
        return self.counts in OF_ORDERS

    @property
    def needs_lines(self) -> bool:
        """Whether an order's sum isn't enough to judge it by."""
        return self.of_orders and (self.counts == PIECES or not self.is_unconditional)

    @property
    def is_unconditional(self) -> bool:
        return self.condition is not None and self.condition.is_always

    def holds_at(self, occurred_at: datetime) -> bool:
        """Whether it counts what happened then."""
        return self.starts_at <= occurred_at and self.is_before_end(occurred_at)

    def is_before_end(self, occurred_at: datetime) -> bool:
        return self.ends_at is None or occurred_at < self.ends_at


def window_on(rule: Rule, day: date) -> date:
    """The first day of the window that `day` lies in; weeks begin on Mondays."""
    if rule.window == "DAY":
        return day
    if rule.window == "WEEK":
        return day - timedelta(days=day.weekday())
    months = _MONTHS.get(rule.window)
    if months is None:
        return EVER_ON
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def window_until(rule: Rule, first: date) -> date | None:
    """The first day after the window that begins on `first`; None: it has no end of its own."""
    if rule.window in _DAYS:
        return first + timedelta(days=_DAYS[rule.window])
    months = _MONTHS.get(rule.window)
    return None if months is None else calendar.add_months(first, months)


def order_value(rule: Rule, order: Facts) -> int:
    """What an order adds, as it stands: `order` holds what is left of its lines after returns.
    0 when nothing is left, when that is under the least amount, or out of the condition."""
    left = [index for index, line in enumerate(order.lines) if line.net_amount > 0]
    net = sum(order.lines[index].net_amount for index in left)
    if net <= 0 or net < rule.min_order_amount:
        return 0
    counted = [index for index in left if index in _matching(rule, order)]
    if not counted:
        return 0
    if rule.counts == SPEND:
        return sum(order.lines[index].net_amount for index in counted)
    if rule.counts == PIECES:
        return int(sum((order.lines[index].quantity for index in counted), Decimal(0)))
    return 1


def _matching(rule: Rule, order: Facts) -> Sequence[int]:
    """The lines that meet the condition; a condition on the order alone holds for all."""
    every = range(len(order.lines))
    if rule.condition is None:
        return ()
    if rule.condition.is_always:
        return every
    if not rule.is_per_line:
        return every if conditions.matches(rule.condition, order.of_order()) else ()
    return [index for index in every if conditions.matches(rule.condition, order.of_line(index))]


def runs(days: Iterable[date]) -> list[int]:
    """How many days in a row there were, run by run in the order of time."""
    found: list[int] = []
    last: date | None = None
    for day in sorted(set(days)):
        if last is not None and day - last == timedelta(days=1):
            found[-1] += 1
        else:
            found.append(1)
        last = day
    return found


def streak_value(rule: Rule, days: Iterable[date]) -> int:
    """The longest run. Again and again: the targets that each run reached, and what the last run
    has towards the next; a broken run begins anew.

    With 7: runs of 9 and 15 days are 3 targets and 1 day, 22.
    """
    found = runs(days)
    if not found:
        return 0
    if not rule.is_repeating:
        return max(found)
    reached = sum(run // rule.target for run in found)
    return reached * rule.target + found[-1] % rule.target


def due(rule: Rule, value: int) -> int:
    """How often the target is reached with this sum, within one window."""
    times = value // rule.target
    return times if rule.is_repeating else min(1, times)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which times are newly reached, and which no longer: (window, number of the time)."""

    reached: tuple[tuple[date, int], ...]
    undone: tuple[tuple[date, int], ...]


def judge(
    rule: Rule, values: Mapping[date, int], standing: Mapping[date, Sequence[int]]
) -> Verdict:
    """What has to be given and taken back so that each window has what its sum is due.

    The limit per member holds over all windows: what was given stays while its sum is there, and
    what is left of the limit goes to the earliest windows.
    """
    undone: list[tuple[date, int]] = []
    kept: dict[date, list[int]] = {}
    for first, numbers in standing.items():
        most = due(rule, values.get(first, 0))
        there = sorted(numbers)
        kept[first] = there[:most]
        undone += [(first, number) for number in there[most:]]
    undone += _above_limit(rule, kept)
    return Verdict(tuple(_reached(rule, values, kept)), tuple(undone))


def _above_limit(rule: Rule, kept: dict[date, list[int]]) -> list[tuple[date, int]]:
    """More than the limit stand where two cards became one: the latest go."""
    above = []
    count = sum(map(len, kept.values()))
    while rule.limit_times is not None and count > rule.limit_times:
        last = max(first for first, numbers in kept.items() if numbers)
        above.append((last, kept[last].pop()))
        count -= 1
    return above


def _reached(
    rule: Rule, values: Mapping[date, int], kept: Mapping[date, Sequence[int]]
) -> Iterable[tuple[date, int]]:
    count = sum(map(len, kept.values()))
    for first in sorted(values):
        there = set(kept.get(first, ()))
        missing = due(rule, values[first]) - len(there)
        number = 0
        while missing > 0 and (rule.limit_times is None or count < rule.limit_times):
            number += 1
            if number not in there:
                yield first, number
                missing, count = missing - 1, count + 1


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a member is in one window: `value` of `target` towards the next time, `times`
    reached in it. Done: it can't be reached again in this window."""

    value: int
    target: int
    times: int
    is_done: bool

    @property
    def left(self) -> int:
        return 0 if self.is_done else self.target - self.value

    @property
    def percent(self) -> int:
        return 100 if self.is_done else 100 * self.value // self.target


def standing(rule: Rule, value: int, times: int, times_ever: int) -> Standing:
    """What is shown of a sum; `times_ever` counts towards the limit per member."""
    is_done = (times > 0 and not rule.is_repeating) or (
        rule.limit_times is not None and times_ever >= rule.limit_times
    )
    if is_done:
        return Standing(rule.target, rule.target, times, True)
    towards = value % rule.target if rule.is_repeating else min(value, rule.target)
    return Standing(towards, rule.target, times, False)
