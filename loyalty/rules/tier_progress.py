"""What is missing to the next tier, what to keep this one, and where a member will stand.

Source: docs/algorithms/tiers.md.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from loyalty.rules import calendar, tier_terms
from loyalty.rules.tier_terms import Standing, TierTerms
from loyalty.rules.tiers import Figures, Level


@dataclass(frozen=True, slots=True)
class Missing:
    """What is missing to a tier, by measure; amounts in minor units. `percent` is that of the
    measure furthest behind, or of the closest one where any measure will do."""

    amount: int = 0
    orders: int = 0
    qualifying_points: int = 0
    percent: int = 100


@dataclass(frozen=True, slots=True)
class Progress:
    """What is missing to the next tier; `next` is None at the top. 0–100 percent."""

    next: Level | None
    missing_amount: int
    missing_orders: int
    percent: int
    missing_qualifying_points: int = 0


@dataclass(frozen=True, slots=True)
class Keep:
    """What is missing so that the term is renewed: of the orders counted now, those that will
    still lie in the window on its last day are taken off. `by_on` is that day."""

    level: Level
    by_on: date
    missing: Missing
    is_safe: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """`by_on`: through this day the missing figures stand, then the first purchases leave the
    window; None without any. `projected`: the tier after the term if nothing more is bought."""

    ahead: Progress
    by_on: date | None
    keep: Keep | None
    projected: Level


def missing(level: Level, figures: Figures) -> Missing:
    """What `figures` lack of the thresholds; nothing where they are met."""
    parts = [100 * max(0, min(have, need)) // need for have, need in level.measures(figures)]
    if level.is_met_by(figures):
        return Missing(percent=100 if parts else 0)
    return Missing(
        max(0, level.spend_amount - figures.spend_amount) if level.spend_amount else 0,
        max(0, level.orders_count - figures.orders_count) if level.orders_count else 0,
        max(0, level.qualifying_points - figures.qualifying_points)
        if level.qualifying_points
        else 0,
        (min if level.needs_all else max)(parts, default=0),
    )


def progress(levels: Sequence[Level], current: Level, figures: Figures) -> Progress:
    """What is missing from `current` to the next level that figures lead to."""
    above = [level for level in levels if level.rank > current.rank and level.is_open]
    if not above:
        return Progress(None, 0, 0, 100)
    target = min(above, key=lambda level: level.rank)
    lack = missing(target, figures)
    return Progress(target, lack.amount, lack.orders, lack.percent, lack.qualifying_points)


def outlook(standing: Standing, terms: TierTerms, day: date) -> Outlook:
    """The progress on `day`; `standing` is settled, and knows the days of its window."""
    start = terms.window_start(day, standing.joined_on)
    figures = standing.window.figures_from(start, standing.clv_amount)
    return Outlook(
        progress(terms.levels, standing.level, figures),
        _stands_through(standing, terms, start),
        _keep(standing, terms),
        _projected(standing, terms),
    )


def _stands_through(standing: Standing, terms: TierTerms, start: date) -> date | None:
    """The last day on which the window still begins at or before the oldest purchase in it."""
    if terms.window == "CALENDAR_YEAR":
        return date(start.year, 12, 31)
    if terms.window == "MEMBERSHIP_YEAR" and standing.joined_on is not None:
        years = start.year + 1 - standing.joined_on.year
        return calendar.add_months(standing.joined_on, 12 * years) - timedelta(days=1)
    first = min(
        (row[0] for row in standing.window.aging if row[0] >= start and any(row[1:])), default=None
    )
    if first is None:
        return None
    # A month's last days map to one day: from the last of them back.
    last = calendar.add_months(first, terms.window_months) + timedelta(days=3)
    while terms.window_start(last, standing.joined_on) > first:
        last -= timedelta(days=1)
    return last


def _keep(standing: Standing, terms: TierTerms) -> Keep | None:
    level, ends_at = standing.earned, standing.grace_until_at or standing.earned_until_at
    if standing.level != level or ends_at is None or level.never_downgrade:
        return None
    last = calendar.last_day(ends_at, terms.zone)
    figures = _on_last_day(standing, terms, last)
    lack = missing(level, figures)
    if tier_terms.keeps(level, terms, figures):
        return Keep(level, last, Missing(), is_safe=True)
    return Keep(level, last, lack, is_safe=False)


def _on_last_day(standing: Standing, terms: TierTerms, last: date) -> Figures:
    start = tier_terms.window_from(standing, terms, last)
    return standing.window.figures_from(start, standing.clv_amount)


def _projected(standing: Standing, terms: TierTerms) -> Level:
    """Where the member stands when the term shown, and a grace after it, are over."""
    ends_at: datetime | None = standing.until_at
    if ends_at is None:
        return standing.level
    ahead = deepcopy(standing)
    tier_terms.settle(ahead, terms, ends_at)
    if ahead.grace_until_at is not None:
        tier_terms.settle(ahead, terms, ahead.grace_until_at)
    return ahead.level
