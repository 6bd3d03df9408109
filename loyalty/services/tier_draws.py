"""Capped tiers: the best by measure hold them, drawn anew at each review.

Source: docs/algorithms/tiers.md.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from loyalty.models import Account
from loyalty.rules import tier_terms
from loyalty.rules.tier_terms import TierTerms
from loyalty.rules.tiers import Figures, Level
from loyalty.services import (
    accounts,
    points,
    programs,
    states,
    tier_days,
    tier_reviews,
    tier_standings,
    tiers,
)
from loyalty.services.posting import Posting
from loyalty.services.programs import Terms
from loyalty.services.states import State
from members.models import Member

_MEASURES = {
    "spend_amount": "a.window_spend_amount",
    "orders_count": "a.window_orders_count",
    "qualifying_points": "a.window_qualifying_points",
    "clv_amount": "coalesce(m.value, 0)",
}


@dataclass(frozen=True)
class Entrant:
    """Somebody who may be drawn; `value` is exact, as of the day of the draw."""

    member_id: int
    value: int
    joined_on: date
    is_met: bool

    @property
    def place(self) -> tuple[int, date, int]:
        """The best first; of equals the longest member, then the lowest id."""
        return -self.value, self.joined_on, self.member_id


def draw(*, at: datetime, among: Sequence[int] | None = None) -> Iterator[int]:
    """Draws each capped tier, the highest first; yields how many members moved. `among` are ids
    of whom the caller knows that nobody else holds a tier by a draw."""
    terms = programs.current()
    placed: dict[int, int] = {}
    for level in reversed(terms.tiers.levels):
        if level.is_capped:
            for member_id in winners(level, terms.tiers, at, placed):
                placed[member_id] = level.id
    holders = _holders(among)
    moves = {
        member_id: placed.get(member_id)
        for member_id in holders.keys() | placed.keys()
        if holders.get(member_id) != placed.get(member_id)
    }
    for member_ids in tier_reviews.chunks(sorted(moves), tier_reviews.FEW):
        yield _move({member_id: moves[member_id] for member_id in member_ids}, at)


def winners(level: Level, terms: TierTerms, at: datetime, taken: Collection[int] = ()) -> list[int]:
    """Who holds this tier until the next draw: as many as there are places, best first."""
    places = level.places(Account.objects.filter(member__state=Member.State.ACTIVE).count())
    if places is None:
        return []
    places -= _held_otherwise(level)
    asked, entrants = 2 * places + 100, list[Entrant]()
    while places > 0:
        rows = _rows(level, terms, asked)
        entrants = sorted(
            (one for one in _exact(rows, level, terms, at) if one.is_met), key=lambda e: e.place
        )
        entrants = [one for one in entrants if one.member_id not in taken][:places]
        # Sums on the row only fall as a window moves: below the last row nobody can be better.
        bound = _value(level, rows[-1]) if len(rows) == asked else None
        if bound is None or (len(entrants) == places and entrants[-1].value > bound):
            break
        asked *= 4
    return [one.member_id for one in entrants]


Row = tuple[int, date | None, date, int, int, int, int]


def measure(level: Level) -> str:
    """What the best are best at: the first measure that the tier asks for, or net spend."""
    return next((name for name in _MEASURES if getattr(level, name) > 0), "spend_amount")


def _value(level: Level, row: Row) -> int:
    figures = row[3:]
    return figures[list(_MEASURES).index(measure(level))]


def _rows(level: Level, terms: TierTerms, count: int) -> list[Row]:
    """The best by the sums on the account row, without those who hold it or more otherwise."""
    params: dict[str, Any] = {"count": count}
    met = tier_reviews.met_sql(level, params) or "true"
    params["below"] = [one.id for one in terms.levels if one.rank < level.rank]
    params["floors"] = [one.id for one in terms.levels if one.rank >= level.rank]
    with connection.cursor() as cursor:
        # Only our own conditions are put in; the figures are parameters.
        cursor.execute(
            "SELECT a.member_id, a.window_from_on, coalesce(a.joined_on, '9999-12-31'::date),"  # noqa: S608
            " a.window_spend_amount, a.window_orders_count, a.window_qualifying_points,"
            " coalesce(m.value, 0) FROM loyalty_account a"
            " JOIN members_member o ON o.id = a.member_id AND o.state = 'ACTIVE'"
            " LEFT JOIN members_measure m ON m.member_id = a.member_id AND m.code = 'clv'"
            f" WHERE {met} AND coalesce(a.tier_earned_id, a.tier_id) = ANY(%(below)s)"
            " AND (a.tier_floor_id IS NULL OR a.tier_floor_id <> ALL(%(floors)s))"
            f" ORDER BY {_MEASURES[measure(level)]} DESC, a.joined_on, a.member_id"
            " LIMIT %(count)s",
            params,
        )
        found: list[Row] = cursor.fetchall()
        return found


def _exact(rows: Sequence[Row], level: Level, terms: TierTerms, at: datetime) -> Iterator[Entrant]:
    """The figures of today: what lies before a window that began today is taken off."""
    today = terms.day(at)
    starts = {
        row[0]: terms.window_start(today, None if row[2] == date.max else row[2]) for row in rows
    }
    moving = [row[0] for row in rows if row[1] is not None and row[1] < starts[row[0]]]
    gone = tier_days.sums_before(starts={member_id: starts[member_id] for member_id in moving})
    for row in rows:
        spend, orders, qualifying = gone.get(row[0], (0, 0, 0))
        figures = Figures(row[3] - spend, row[4] - orders, row[5] - qualifying, row[6])
        value = getattr(figures, measure(level))
        is_met = level.is_met_by(figures) if any(level.measures(figures)) else value > 0
        yield Entrant(row[0], value, row[2], is_met)


# Who has their tier by a draw: it stands above what they earned, and is no floor.
BY_DRAW = """tier_earned_id IS NOT NULL AND tier_id <> tier_earned_id
    AND tier_id IS DISTINCT FROM tier_floor_id"""


def _held_otherwise(level: Level) -> int:
    """Places that are taken without a draw: by hand, or earned before the tier was capped."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM loyalty_account WHERE tier_id = %s AND NOT ({BY_DRAW})",  # noqa: S608
            [level.id],
        )
        return int(cursor.fetchone()[0])


def _holders(among: Sequence[int] | None) -> dict[int, int]:
    """Who holds a tier by the last draw, and which; also one that is no longer capped."""
    within = "" if among is None else " AND member_id = ANY(%(among)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT member_id, tier_id FROM loyalty_account WHERE {BY_DRAW}{within}",  # noqa: S608
            {"among": list(among or ())},
        )
        return dict(cursor.fetchall())


@transaction.atomic
def _move(moves: dict[int, int | None], at: datetime) -> int:
    terms = programs.current()
    found = accounts.lock(member_ids=list(moves), includes_erased=True)
    tier_days.read(found.values())
    tiers.know_clv(found.values(), terms)
    posting = Posting(at=at)
    for state in states.sequence(found):
        tier_id = moves[state.member_id]
        _apply(state, None if tier_id is None else terms.level(tier_id), posting, terms, at)
    points.write(posting, states.sequence(found))
    return len(moves)


def _apply(state: State, level: Level | None, posting: Posting, terms: Terms, at: datetime) -> None:
    tiers.settle(state, posting, terms, at)
    standing = tier_standings.of(state, terms.tiers)
    day = terms.tiers.day(at)
    state.window.move_to(tier_terms.window_from(standing, terms.tiers, day))
    standing.drawn = level
    figures = standing.window.figures_from(date.min, standing.clv_amount)
    standing.show("DRAWN" if level else "UNDRAWN", at, figures)
    is_up = any(change.to_level == level for change in standing.changes)
    tier_standings.take_over(state, standing, posting, terms)
    if level is not None and is_up:
        state.ledger.settle(at)
        tier_standings.give_gift(state, level, posting, terms, at)
