"""Who would move if the tiers were other ones: counted before they are saved.

Present holders are protected until their term ends, so nobody falls at once; whom today's figures
would no longer carry falls then, unless they buy more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import OperationalError, connection, transaction

from loyalty.models import Account
from loyalty.rules import tier_terms
from loyalty.rules.tier_terms import TierTerms
from loyalty.rules.tiers import Level
from loyalty.services import tier_draws, tier_reviews

SAMPLE = 5
# What a person waits for; a larger shop sees the review's own figures instead.
TIMEOUT = "20s"


@dataclass(frozen=True)
class Move:
    """How many members would move from one tier to another, and a few of them. `anyway` of them
    would do so under the present tiers as well."""

    from_level: Level
    to_level: Level
    count: int
    anyway_count: int
    member_ids: tuple[int, ...]


@dataclass(frozen=True)
class Moves:
    """Who would rise at the next review, and who would fall when their term ends, if they buy
    nothing more. None: there were too many to count while somebody waits."""

    at_once: tuple[Move, ...]
    at_term_end: tuple[Move, ...]

    @property
    def up_count(self) -> int:
        return sum(move.count for move in self.at_once)

    @property
    def down_count(self) -> int:
        return sum(move.count for move in self.at_term_end)


# tier, rank reached under the new tiers, under the present ones, how many, some of them.
Group = tuple[int, int, int, int, list[int]]


def moves(*, before: TierTerms, after: TierTerms, at: datetime) -> Moves | None:
    """What saving `after` instead of `before` would do, as of today's figures; two queries, and
    two for each capped tier."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [TIMEOUT])
            groups = _groups(before, after, at)
            drawn = _drawn(after, at)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "57014":
            raise
        return None
    return Moves(
        at_once=_summed([*_rising(groups, after), *drawn]),
        at_term_end=_summed(_falling(groups, after)),
    )


def _rising(groups: Sequence[Group], after: TierTerms) -> list[Move]:
    by_rank = {level.rank: level for level in after.levels}
    return [
        Move(present, by_rank[new], count, count if old >= new else 0, tuple(some))
        for tier_id, new, old, count, some in groups
        if new > (present := after.level(tier_id)).rank
    ]


def _falling(groups: Sequence[Group], after: TierTerms) -> list[Move]:
    by_rank = {level.rank: level for level in after.levels}
    found = []
    for tier_id, new, old, count, some in groups:
        present = after.level(tier_id)
        if new < present.rank and not present.never_downgrade:
            target = tier_terms.fall(present, by_rank[new], after)
            anyway = count if old < present.rank else 0
            found.append(Move(present, target, count, anyway, tuple(some)))
    return found


def _summed(found: Sequence[Move]) -> tuple[Move, ...]:
    """One move for each pair of tiers, the largest first."""
    sums: dict[tuple[int, int], Move] = {}
    for move in found:
        key = (move.from_level.rank, move.to_level.rank)
        known = sums.get(key)
        if known is not None:
            move = Move(
                move.from_level,
                move.to_level,
                move.count + known.count,
                move.anyway_count + known.anyway_count,
                (known.member_ids + move.member_ids)[:SAMPLE],
            )
        sums[key] = move
    return tuple(sorted(sums.values(), key=lambda move: -move.count))


def _groups(before: TierTerms, after: TierTerms, at: datetime) -> list[Group]:
    today = after.day(at)
    params: dict[str, Any] = {"today": today, "first": after.levels[0].id}
    start = _start_sql(after, today, params)
    new = _rank_sql(after, "new", params)
    old = _rank_sql(before, "old", params)
    maybe = _stored_sql(after, params)
    with connection.cursor() as cursor:
        # Only our own conditions are put in; the figures are parameters.
        cursor.execute(
            f"""
            WITH stored AS (
                SELECT a.*, coalesce(a.tier_earned_id, a.tier_id) AS held_id,
                       coalesce(m.value, 0) AS clv, {start} AS starts_on
                FROM loyalty_account a
                LEFT JOIN members_measure m ON m.member_id = a.member_id AND m.code = 'clv'
                WHERE coalesce(a.tier_earned_id, a.tier_id) <> %(first)s OR {maybe}
            ), figures AS (
                SELECT s.member_id, s.held_id, s.clv,
                       s.window_spend_amount - coalesce(gone.spend, 0) AS spend,
                       s.window_orders_count - coalesce(gone.orders, 0) AS orders,
                       s.window_qualifying_points - coalesce(gone.qualifying, 0) AS qualifying
                FROM stored s
                LEFT JOIN LATERAL (
                    SELECT sum(d.spend) AS spend, sum(d.orders) AS orders,
                           sum(d.qualifying) AS qualifying
                    FROM (
                        SELECT o.net_amount - o.refunded_amount + o.refunded_shipping_amount
                                   AS spend,
                               (o.net_amount - o.refunded_amount + o.refunded_shipping_amount
                                   > 0)::int AS orders,
                               o.qualifying_points - o.returned_qualifying_points AS qualifying
                        FROM loyalty_order o
                        WHERE o.member_id = s.member_id AND o.business_date >= s.window_from_on
                          AND o.business_date < s.starts_on
                        UNION ALL
                        SELECT 0, 0, b.qualifying_points FROM loyalty_behavioraward b
                        WHERE b.member_id = s.member_id AND b.business_date >= s.window_from_on
                          AND b.business_date < s.starts_on AND b.qualifying_points <> 0
                          AND s.window_qualifying_points > 0
                    ) d
                ) gone ON s.window_from_on < s.starts_on
            )
            SELECT held_id, {new}, {old}, count(*),
                   (array_agg(member_id ORDER BY member_id))[1:{SAMPLE}]
            FROM figures GROUP BY 1, 2, 3
            """,  # noqa: S608
            params,
        )
        return cursor.fetchall()


def _start_sql(terms: TierTerms, today: date, params: dict[str, Any]) -> str:
    params["rolling"] = terms.window_start(today, None)
    if terms.window == "MEMBERSHIP_YEAR":
        return "coalesce(loyalty_year_start(a.joined_on, %(today)s::date), %(rolling)s::date)"
    return "%(rolling)s::date"


def _rank_sql(terms: TierTerms, name: str, params: dict[str, Any]) -> str:
    """The rank that the figures reach, highest first."""
    whens = []
    for level in reversed(terms.levels):
        met = _met_sql(level, name, params) if level.is_open else ""
        if met:
            whens.append(f"WHEN {met} THEN {int(level.rank)}")
    first = int(terms.levels[0].rank)
    return f"CASE {' '.join(whens)} ELSE {first} END" if whens else str(first)


def _met_sql(level: Level, name: str, params: dict[str, Any]) -> str:
    parts: list[str] = []
    for column, need in (
        ("spend", level.spend_amount),
        ("orders", level.orders_count),
        ("qualifying", level.qualifying_points),
        ("clv", level.clv_amount),
    ):
        if need > 0:
            params[f"{name}_{level.rank}_{column}"] = need
            parts.append(f"{column} >= %({name}_{level.rank}_{column})s")
    return f"({(' AND ' if level.needs_all else ' OR ').join(parts)})" if parts else ""


def _stored_sql(terms: TierTerms, params: dict[str, Any]) -> str:
    """Who may reach something by the sums as they stand; as a window moves on they only fall."""
    met = [tier_reviews.met_sql(level, params) for level in terms.levels if level.is_open]
    return " OR ".join(part for part in met if part) or "false"


def _drawn(after: TierTerms, at: datetime) -> list[Move]:
    """Who would be drawn, and who no longer."""
    found, taken = list[Move](), set[int]()
    for level in reversed(after.levels):
        if not level.is_capped:
            continue
        winners = set(tier_draws.winners(level, after, at, taken))
        taken |= winners
        holders = dict(
            Account.objects.filter(tier_id=level.id, tier_earned_id__isnull=False)
            .exclude(tier_floor_id=level.id)
            .values_list("member_id", "tier_earned_id")
        )
        came = Account.objects.filter(member_id__in=winners - holders.keys())
        for member_id, tier_id in came.values_list("member_id", "tier_id"):
            found.append(Move(after.level(tier_id), level, 1, 0, (member_id,)))
        for member_id in holders.keys() - winners:
            earned = after.level(holders[member_id] or 0)
            found.append(Move(level, earned, 1, 0, (member_id,)))
    return found
