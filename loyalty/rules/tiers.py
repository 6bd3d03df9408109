"""Which tier the figures of a window reach, and what is missing to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from loyalty.rules import calendar


@dataclass(frozen=True, slots=True)
class Level:
    """A tier as the rules see it; thresholds count within the window, money in minor units."""

    id: int
    code: str
    rank: int
    coefficient_percent: int
    spend_amount: int
    orders_count: int
    needs_all: bool = True

    def is_reached_by(self, figures: "Figures") -> bool:
        met = [
            have >= need
            for have, need in (
                (figures.spend_amount, self.spend_amount),
                (figures.orders_count, self.orders_count),
            )
            if need > 0
        ]
        if not met:
            return self.rank == 0
        return all(met) if self.needs_all else any(met)


@dataclass(frozen=True, slots=True)
class Figures:
    """Net spend, paid orders and qualifying points within the window, and lifetime value."""

    spend_amount: int
    orders_count: int
    qualifying_points: int = 0
    clv_amount: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """What is missing to the next tier; `next` is None at the top. 0–100 percent."""

    next: Level | None
    missing_amount: int
    missing_orders: int
    percent: int


@dataclass(slots=True)
class Window:
    """Net spend, paid orders and qualifying points since `from_on`. `aging` are the days that may
    yet leave it, oldest first: (day, net spend, paid orders, qualifying points). Moves forward
    only.
    """

    from_on: date | None
    spend_amount: int
    orders_count: int
    qualifying_points: int
    aging: list[tuple[date, int, int, int]]

    def move_to(self, from_on: date) -> None:
        """Drops the days before `from_on`."""
        if self.from_on is not None and from_on <= self.from_on:
            return
        self.from_on = from_on
        while self.aging and self.aging[0][0] < from_on:
            _, spend, orders, qualifying = self.aging.pop(0)
            self.spend_amount -= spend
            self.orders_count -= orders
            self.qualifying_points -= qualifying

    def add(
        self, day: date, spend_amount: int, orders_count: int, qualifying_points: int = 0
    ) -> None:
        """Counts an order, or takes back a refund with negative figures; a day that has left
        the window changes nothing."""
        if self.from_on is not None and day < self.from_on:
            return
        self.spend_amount += spend_amount
        self.orders_count += orders_count
        self.qualifying_points += qualifying_points
        self.aging.append((day, spend_amount, orders_count, qualifying_points))
        self.aging.sort(key=lambda row: row[0])

    @property
    def figures(self) -> Figures:
        return Figures(self.spend_amount, self.orders_count, self.qualifying_points)


def window_start(day: date, kind: str, months: int) -> date:
    """The first day that counts on `day`: n months back and the day after, or 1 January.

    A rolling window of 12 months on 2026-11-21 begins on 2025-11-22.
    """
    if kind == "CALENDAR_YEAR":
        return date(day.year, 1, 1)
    return calendar.add_months(day, -months) + timedelta(days=1)


def reached(levels: Sequence[Level], figures: Figures) -> Level:
    """The highest level that the figures reach; `levels` by rank, the first one free."""
    best = levels[0]
    for level in levels[1:]:
        if level.is_reached_by(figures):
            best = level
    return best


def term_end(at: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The end of a tier's term: the local day n months later, through its end."""
    day = calendar.add_months(calendar.local_day(at, zone), months)
    return calendar.start_of_day(day + timedelta(days=1), zone)


def progress(levels: Sequence[Level], current: Level, figures: Figures) -> Progress:
    """What is missing from `current` to the level above it."""
    above = [level for level in levels if level.rank > current.rank]
    if not above:
        return Progress(None, 0, 0, 100)
    target = min(above, key=lambda level: level.rank)
    missing_amount = max(0, target.spend_amount - figures.spend_amount)
    missing_orders = max(0, target.orders_count - figures.orders_count)
    measures = [
        100 * max(0, min(have, need)) // need
        for have, need in (
            (figures.spend_amount, target.spend_amount),
            (figures.orders_count, target.orders_count),
        )
        if need > 0
    ]
    reach = (min if target.needs_all else max)(measures, default=0)
    return Progress(target, missing_amount, missing_orders, reach)
