"""What a dashboard is narrowed by: a period, the one it is compared with, places and members."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days, both ends included."""

    from_on: date
    to_on: date

    def __post_init__(self) -> None:
        if self.to_on < self.from_on:
            raise ValueError("a period ends before it begins")

    @property
    def days_count(self) -> int:
        return (self.to_on - self.from_on).days + 1

    @property
    def until_on(self) -> date:
        """The day after the last one."""
        return self.to_on + timedelta(days=1)

    def before(self) -> "Period":
        """The period of the same length that ends on the day before this one begins."""
        length = timedelta(days=self.days_count)
        return Period(from_on=self.from_on - length, to_on=self.to_on - length)


@dataclass(frozen=True, kw_only=True)
class Filters:
    """None means all. Stores and channels are those of sales (of joining, where members are
    counted as new); tier and segment are the members' of now.

    `compared` is the period that figures stand beside. Figures as of a day are as of `as_of`.
    """

    period: Period
    compared: Period | None = None
    store_ids: tuple[int, ...] | None = None
    channel_ids: tuple[int, ...] | None = None
    tier_ids: tuple[int, ...] | None = None
    segment_id: int | None = None

    @property
    def as_of(self) -> date:
        """Inclusive: the last day of the period."""
        return self.period.to_on
