"""The night's work on tiers: what has ended is judged, who reaches more is lifted, capped tiers
are drawn anew. Nothing depends on it: orders and reads settle by themselves.

One list of the due is asked for, then chunks of it are worked on, each a transaction of its own:
a run that is stopped goes on with what is left, and a second worker finds nothing to do.

Source: docs/algorithms/tiers.md.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from loyalty.rules.tier_terms import TierTerms
from loyalty.rules.tiers import Level
from loyalty.services import accounts, points, programs, states, tier_days, tier_standings, tiers
from loyalty.services.posting import Posting
from loyalty.services.programs import Terms
from loyalty.services.states import State

CHUNK = 5_000
# Those who may be lifted are locked with their lots, for the gift.
FEW = 500

# Whose term, grace or floor has ended. The end of a term in grace has been judged. Plain
# comparisons: every account is read each night, and nearly none is due.
DUE = """
tier_until_at <= %(at)s AND tier_grace_until_at IS NULL AND tier_earned_id IS NULL
   OR tier_floor_until_at <= %(at)s
   OR tier_grace_until_at <= %(at)s
   OR tier_earned_until_at <= %(at)s AND tier_grace_until_at IS NULL
      AND tier_earned_id IS NOT NULL
"""


@dataclass(frozen=True)
class Rising:
    """Who may be lifted: `FROM source WHERE where`."""

    source: str
    where: str


def end_terms(*, at: datetime, among: Sequence[int] | None = None) -> Iterator[int]:
    """Renews, begins a grace or lowers, for all whose term, grace or floor ended by `at`, each
    as of its own end; yields how many members, chunk by chunk. `among` are ids, ascending, of
    whom the caller knows that nobody else is due."""
    if among is None:
        among = _ids(f"SELECT member_id FROM loyalty_account WHERE {DUE}", {"at": at})  # noqa: S608
    for member_ids in chunks(among, CHUNK):
        yield _end_terms(member_ids, at)


def lift(*, at: datetime, among: Sequence[int] | None = None) -> Iterator[int]:
    """Lifts whoever's figures reach a higher tier today, and renews those in grace who reached
    theirs again; yields how many members moved. `among` as of `end_terms`."""
    if among is None:
        found, params = rising(programs.current().tiers)
        among = _ids(f"SELECT a.member_id FROM {found.source} WHERE {found.where}", params)  # noqa: S608
    for member_ids in chunks(among, FEW):
        yield _lift(member_ids, at)


def rising(terms: TierTerms) -> tuple[Rising, dict[str, Any]]:
    """Who may be lifted, by the sums as they stand on the account row: as a window moves on they
    only fall, so nobody is missed, and the few who are found are judged exactly."""
    params: dict[str, Any] = {}
    conditions = ["a.tier_grace_until_at IS NOT NULL"]
    for level in terms.levels:
        if met := met_sql(level, params) if level.is_open else "":
            params[f"below{level.rank}"] = [one.id for one in terms.levels if one.rank < level.rank]
            earned = "coalesce(a.tier_earned_id, a.tier_id)"
            # The figures first: few reach them.
            conditions.append(f"({met} AND {earned} = ANY(%(below{level.rank})s))")
    published = (
        " LEFT JOIN members_measure m ON m.member_id = a.member_id AND m.code = 'clv'"
        if terms.uses_clv
        else ""
    )
    return Rising(f"loyalty_account a{published}", " OR ".join(conditions)), params


def met_sql(level: Level, params: dict[str, Any]) -> str:
    """The level's thresholds over an account `a` (and its measure `m`), as a condition; empty
    where it asks for nothing."""
    parts: list[str] = []
    for column, need in (
        ("a.window_spend_amount", level.spend_amount),
        ("a.window_orders_count", level.orders_count),
        ("a.window_qualifying_points", level.qualifying_points),
        ("coalesce(m.value, 0)", level.clv_amount),
    ):
        if need > 0:
            name = f"need{level.rank}_{len(parts)}"
            params[name] = need
            parts.append(f"{column} >= %({name})s")
    return f"({(' AND ' if level.needs_all else ' OR ').join(parts)})" if parts else ""


def lock(member_ids: Sequence[int]) -> dict[int, State]:
    """Accounts behind their locks, without their lots: for work that leaves points alone."""
    with connection.cursor() as cursor:
        # A row that was waited for is read as the other one left it.
        cursor.execute(
            f"SELECT {states.ACCOUNT_COLUMNS} FROM loyalty_account"  # noqa: S608
            " WHERE member_id = ANY(%s) ORDER BY member_id FOR NO KEY UPDATE",
            [list(member_ids)],
        )
        return states.states(cursor.fetchall(), ())


def chunks(member_ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """The ids in parts of at most `size`."""
    for start in range(0, len(member_ids), size):
        yield member_ids[start : start + size]


def _ids(query: str, params: dict[str, Any]) -> list[int]:
    # Asked once: a loop that asks anew for the next chunk reads the table as often as it asks.
    # Sorted here: asked for an order, the planner walks the key and visits every page at random.
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return sorted(row[0] for row in cursor.fetchall())


@transaction.atomic
def _end_terms(member_ids: Sequence[int], at: datetime) -> int:
    terms = programs.current()
    due = [state for state in lock(member_ids).values() if tier_standings.is_due(state, at)]
    tier_days.read(due)
    tiers.know_clv(due, terms)
    return _write(due, at, lambda state, posting: _settled(state, posting, terms, at))


def _settled(state: State, posting: Posting, terms: Terms, at: datetime) -> bool:
    tiers.settle(state, posting, terms, at)
    return True


@transaction.atomic
def _lift(member_ids: Sequence[int], at: datetime) -> int:
    terms = programs.current()
    found = list(accounts.lock(member_ids=list(member_ids), includes_erased=True).values())
    tier_days.read(found)
    tiers.know_clv(found, terms)
    return _write(found, at, lambda state, posting: _reviewed(state, posting, terms, at))


def _reviewed(state: State, posting: Posting, terms: Terms, at: datetime) -> bool:
    before = len(posting.rows.get("tier_changes", ()))
    tiers.review(state, posting, terms, at)
    return len(posting.rows.get("tier_changes", ())) > before


def _write(found: Sequence[State], at: datetime, work: Callable[[State, Posting], bool]) -> int:
    """How many of these members `work` moved; all in one statement."""
    posting = Posting(at=at)
    ordered = states.sequence({state.member_id: state for state in found})
    moved = sum(work(state, posting) for state in ordered)
    points.write(posting, ordered)
    return moved
