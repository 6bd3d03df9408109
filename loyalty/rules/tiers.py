"""Which tier the figures of a window reach.

Source: docs/algorithms/tiers.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from loyalty.rules import calendar


@dataclass(frozen=True, slots=True)
class Figures:
    """Net spend, paid orders and qualifying points within the window, and lifetime value."""

    spend_amount: int
    orders_count: int
    qualifying_points: int = 0
    clv_amount: int = 0


@dataclass(frozen=True, slots=True)
class Level:
    """A tier as the rules see it; thresholds count within the window, money in minor units.

    `cap_basis_points` are hundredths of a percent of the active members: 100 is 1 %.
    """

    id: int
    code: str
    rank: int
    coefficient_percent: int
    spend_amount: int
    orders_count: int
    needs_all: bool = True
    qualifying_points: int = 0
    clv_amount: int = 0
    is_invite_only: bool = False
    cap_basis_points: int | None = None
    cap_count: int | None = None
    never_downgrade: bool = False
    price_points: int | None = None
    gift_points: int = 0

    @property
    def is_capped(self) -> bool:
        """Whether only so many may hold it; who does is drawn at the review."""
        return self.cap_basis_points is not None or self.cap_count is not None

    @property
    def is_open(self) -> bool:
        """Whether figures alone lead here."""
        return not self.is_invite_only and not self.is_capped

    def measures(self, figures: Figures) -> Iterator[tuple[int, int]]:
        """What is there and what is needed, for each measure that is asked for."""
        for have, need in (
            (figures.spend_amount, self.spend_amount),
            (figures.orders_count, self.orders_count),
            (figures.qualifying_points, self.qualifying_points),
            (figures.clv_amount, self.clv_amount),
        ):
            if need > 0:
                yield have, need

    def is_met_by(self, figures: Figures) -> bool:
        """Whether the thresholds are met; a tier that asks for nothing is met at rank 0 only."""
        met = [have >= need for have, need in self.measures(figures)]
        if not met:
            return self.rank == 0
        return all(met) if self.needs_all else any(met)

    def is_reached_by(self, figures: Figures) -> bool:
        """Whether these figures lift a member here: never by invitation, never above a cap."""
        return self.is_open and self.is_met_by(figures)

    def places(self, members_count: int) -> int | None:
        """How many may hold it among so many active members, rounded down; None: no limit."""
        limits = []
        if self.cap_basis_points is not None:
            limits.append(members_count * self.cap_basis_points // 10_000)
        if self.cap_count is not None:
            limits.append(self.cap_count)
        return min(limits, default=None)


# Net spend, paid orders and qualifying points by day.
Day = tuple[date, int, int, int]


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
    aging: list[Day]

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

    def figures_from(self, from_on: date, clv_amount: int = 0) -> Figures:
        """The figures that will be left when the window begins on `from_on`; it stays here."""
        gone = [row for row in self.aging if row[0] < from_on]
        return Figures(
            self.spend_amount - sum(row[1] for row in gone),
            self.orders_count - sum(row[2] for row in gone),
            self.qualifying_points - sum(row[3] for row in gone),
            clv_amount,
        )


def window_start(day: date, kind: str, months: int, joined_on: date | None = None) -> date:
    """The first day that counts on `day`: n months back and the day after, 1 January, or the
    last anniversary of joining.

    A rolling window of 12 months on 2026-11-21 begins on 2025-11-22.
    """
    if kind == "CALENDAR_YEAR":
        return date(day.year, 1, 1)
    if kind == "MEMBERSHIP_YEAR" and joined_on is not None:
        return _anniversary(joined_on, day)
    return calendar.add_months(day, -months) + timedelta(days=1)


def _anniversary(joined_on: date, day: date) -> date:
    """The last anniversary up to `day`; that of 29 February is the 28th in common years."""
    years = day.year - joined_on.year
    this_year = calendar.add_months(joined_on, 12 * years)
    return this_year if this_year <= day else calendar.add_months(joined_on, 12 * (years - 1))


def reached(levels: Sequence[Level], figures: Figures) -> Level:
    """The highest level that the figures reach; `levels` by rank, the first one free."""
    best = levels[0]
    for level in levels[1:]:
        if level.is_reached_by(figures):
            best = level
    return best
