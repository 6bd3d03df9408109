"""How long a tier is held: terms, renewal, grace, and how far one falls.

Pure: the service gives a member's standing as the account row has it, these functions move it and
note each change with its own date, however late they are called.

Source: docs/algorithms/tiers.md.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from loyalty.rules import calendar, tiers
from loyalty.rules.tiers import Figures, Level, Window


@dataclass(frozen=True)
class TierTerms:
    """The programme's settings of tiers; `levels` by rank."""

    levels: tuple[Level, ...]
    zone: ZoneInfo
    window: str = "ROLLING_MONTHS"
    window_months: int = 12
    term_months: int = 12
    grace_days: int = 0
    falls_one_step: bool = False
    follows_returns: bool = False

    @property
    def uses_clv(self) -> bool:
        return any(level.clv_amount for level in self.levels)

    @property
    def uses_qualifying_points(self) -> bool:
        return any(level.qualifying_points for level in self.levels)

    def level(self, tier_id: int) -> Level:
        return next(level for level in self.levels if level.id == tier_id)

    def window_start(self, day: date, joined_on: date | None) -> date:
        return tiers.window_start(day, self.window, self.window_months, joined_on)

    def day(self, at: datetime) -> date:
        return calendar.local_day(at, self.zone)


@dataclass(frozen=True, slots=True)
class Change:
    """That the tier shown, or its end, changed: why, with which figures since when."""

    reason: str
    from_level: Level
    to_level: Level
    occurred_at: datetime
    until_at: datetime | None
    figures: Figures
    window_from_on: date | None


@dataclass(slots=True)
class Standing:
    """Where a member stands. What shows is the highest of three: the tier that the figures
    `earned`, the `floor` by hand or bought until its end, and the one `drawn`.

    `earned_until_at` is the end of the term, and stays it during grace.
    """

    level: Level
    since_at: datetime
    earned: Level
    earned_until_at: datetime | None
    window: Window
    until_at: datetime | None = None
    floor: Level | None = None
    floor_until_at: datetime | None = None
    grace_until_at: datetime | None = None
    drawn: Level | None = None
    joined_on: date | None = None
    clv_amount: int = 0
    changes: list[Change] = field(default_factory=list)

    def show(self, reason: str, at: datetime, figures: Figures | None = None) -> None:
        """Takes over the highest of the three, and notes the change if it is one."""
        former, former_until_at = self.level, self.until_at
        self.level, self.until_at = shown(self)
        if self.level == former and self.until_at == former_until_at:
            return
        if self.level != former:
            self.since_at = at
        self.changes.append(
            Change(
                reason,
                former,
                self.level,
                at,
                self.until_at,
                figures or self.window.figures,
                self.window.from_on,
            )
        )


def shown(standing: Standing) -> tuple[Level, datetime | None]:
    """The tier that a member has, and until when; None: without end."""
    level, until_at = standing.earned, standing.grace_until_at or standing.earned_until_at
    floor = standing.floor
    if floor is not None and floor.rank > level.rank:
        level, until_at = floor, standing.floor_until_at
    elif floor == level and until_at is not None and standing.floor_until_at is not None:
        until_at = max(until_at, standing.floor_until_at)
    if standing.drawn is not None and standing.drawn.rank > level.rank:
        return standing.drawn, None
    return level, until_at


def term_end(at: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The end of a term that begins at `at`: the local day n months later, through its end."""
    return _end_of(calendar.add_months(calendar.local_day(at, zone), months), zone)


def next_term_end(ended_at: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The end of the term that follows one which ended at `ended_at`, without a gap."""
    return _end_of(calendar.add_months(calendar.last_day(ended_at, zone), months), zone)


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return calendar.start_of_day(day + timedelta(days=1), zone)


def is_due(standing: Standing, at: datetime) -> bool:
    """Whether a term, a grace or a floor has ended by `at`."""
    return _next_turn(standing, at) is not None


def settle(standing: Standing, terms: TierTerms, at: datetime) -> None:
    """Judges what has ended by `at`, each as of its own end, earliest first."""
    while (turn := _next_turn(standing, at)) is not None:
        ended_at, end = turn
        end(standing, terms, ended_at)


End = Callable[[Standing, TierTerms, datetime], None]


def _next_turn(standing: Standing, at: datetime) -> tuple[datetime, End] | None:
    # A floor goes first: what was bought has a floor and a term that end together.
    turns: list[tuple[datetime | None, End]] = [(standing.floor_until_at, _end_floor)]
    if standing.grace_until_at is not None:
        turns.append((standing.grace_until_at, _end_grace))
    else:
        turns.append((standing.earned_until_at, _end_term))
    due = [(when, end) for when, end in turns if when is not None and when <= at]
    return min(due, key=lambda turn: turn[0], default=None)


def _end_floor(standing: Standing, terms: TierTerms, ended_at: datetime) -> None:
    standing.floor = standing.floor_until_at = None
    standing.show("ENDED", ended_at)


def _end_term(standing: Standing, terms: TierTerms, ended_at: datetime) -> None:
    figures = _figures_at(standing, terms, ended_at)
    if keeps(standing.earned, terms, figures):
        _renew(standing, terms, figures, ended_at)
    elif terms.grace_days:
        last = calendar.last_day(ended_at, terms.zone) + timedelta(days=terms.grace_days)
        standing.grace_until_at = _end_of(last, terms.zone)
        standing.show("GRACE", ended_at, figures)
    else:
        lower(standing, terms, figures, ended_at)


def _end_grace(standing: Standing, terms: TierTerms, ended_at: datetime) -> None:
    # What is bought in grace was counted when it came: whoever reached it again is renewed.
    lower(standing, terms, _figures_at(standing, terms, ended_at), ended_at)


def _figures_at(standing: Standing, terms: TierTerms, ended_at: datetime) -> Figures:
    """The figures on the last day before `ended_at`; the window moves there."""
    last = calendar.last_day(ended_at, terms.zone)
    standing.window.move_to(window_from(standing, terms, last))
    return standing.window.figures_from(date.min, standing.clv_amount)


def window_from(standing: Standing, terms: TierTerms, day: date) -> date:
    """Where the window begins on `day`. During grace the days of the ended term still count."""
    if standing.grace_until_at is not None and standing.earned_until_at is not None:
        day = min(day, calendar.last_day(standing.earned_until_at, terms.zone))
    return terms.window_start(day, standing.joined_on)


def keeps(level: Level, terms: TierTerms, figures: Figures) -> bool:
    """Whether a term is renewed with these figures."""
    return level.never_downgrade or tiers.reached(terms.levels, figures).rank >= level.rank


def _renew(standing: Standing, terms: TierTerms, figures: Figures, at: datetime) -> None:
    """Another term from the end of the last one, also when it is renewed during grace."""
    assert standing.earned_until_at is not None
    standing.grace_until_at = None
    standing.earned_until_at = next_term_end(
        standing.earned_until_at, terms.term_months, terms.zone
    )
    standing.show("RENEWAL", at, figures)


def lower(
    standing: Standing,
    terms: TierTerms,
    figures: Figures,
    at: datetime,
    reason: str = "DOWNGRADE",
    *,
    one_step: bool | None = None,
) -> None:
    """Lowers what was earned to what the figures say, or by one step; never below a tier on the
    way down that is not taken away."""
    target = fall(standing.earned, tiers.reached(terms.levels, figures), terms, one_step=one_step)
    standing.earned, standing.grace_until_at = target, None
    standing.earned_until_at = (
        next_term_end(at, terms.term_months, terms.zone) if target.rank else None
    )
    standing.show(reason, at, figures)


def fall(earned: Level, reached: Level, terms: TierTerms, *, one_step: bool | None = None) -> Level:
    """Where a member falls whose figures reach less than they had."""
    falls_one_step = terms.falls_one_step if one_step is None else one_step
    target = reached
    for level in terms.levels:
        if not target.rank < level.rank < earned.rank or not level.is_open:
            continue
        if level.never_downgrade or falls_one_step:
            target = level
    return target


def lift(standing: Standing, terms: TierTerms, day: date, at: datetime) -> Level | None:
    """Raises what was earned as high as the figures on `day` reach, with a term from `at`; a
    term that is over and in grace is renewed. Gives the level newly reached."""
    figures = standing.window.figures_from(
        terms.window_start(day, standing.joined_on), standing.clv_amount
    )
    target = tiers.reached(terms.levels, figures)
    if target.rank > standing.earned.rank:
        standing.earned, standing.grace_until_at = target, None
        standing.earned_until_at = term_end(at, terms.term_months, terms.zone)
        standing.show("UPGRADE", at, figures)
        return target
    if standing.grace_until_at is not None:
        kept = standing.window.figures_from(date.min, standing.clv_amount)
        if keeps(standing.earned, terms, kept):
            _renew(standing, terms, kept, at)
    return None


def follow_return(standing: Standing, terms: TierTerms, before: Figures, at: datetime) -> None:
    """Lowers at once when what came back is why the figures no longer reach: with `before` they
    did. A tier whose figures were gone anyway is held through its term."""
    after = standing.window.figures_from(date.min, standing.clv_amount)
    earned = standing.earned
    if earned.never_downgrade or tiers.reached(terms.levels, before).rank < earned.rank:
        return
    if tiers.reached(terms.levels, after).rank < earned.rank:
        lower(standing, terms, after, at, "RETURN", one_step=False)
