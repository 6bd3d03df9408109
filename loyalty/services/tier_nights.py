"""The night's review of all tiers: one look at the accounts finds everybody whom a step concerns.

Three steps that each read a million accounts cost three times as much as the look; nearly nobody
is concerned. Whom an earlier step moves, the later ones judge as well.

Source: docs/algorithms/tiers.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from loyalty.services import programs, tier_draws, tier_reviews


@dataclass(frozen=True)
class _Seen:
    """Ids by what may concern them, ascending."""

    due: list[int]
    rising: list[int]
    drawn: list[int]


def review(*, at: datetime) -> Iterator[int]:
    """Ends terms, lifts, and draws the capped tiers; yields how many members each chunk moved."""
    seen = _look(at)
    yield from tier_reviews.end_terms(at=at, among=seen.due)
    changed = sorted({*seen.due, *seen.rising})
    yield from tier_reviews.lift(at=at, among=changed)
    yield from tier_draws.draw(at=at, among=sorted({*changed, *seen.drawn}))


def _look(at: datetime) -> _Seen:
    rising, params = tier_reviews.rising(programs.current().tiers)
    with connection.cursor() as cursor:
        # Only our own conditions are put in; the figures are parameters.
        cursor.execute(
            f"SELECT a.member_id, ({tier_reviews.DUE}) IS TRUE, ({rising.where}) IS TRUE,"  # noqa: S608
            f" ({tier_draws.BY_DRAW}) IS TRUE FROM {rising.source}"
            f" WHERE ({tier_reviews.DUE}) OR ({rising.where}) OR ({tier_draws.BY_DRAW})",
            {**params, "at": at},
        )
        rows = sorted(cursor.fetchall())
    return _Seen(*([row[0] for row in rows if row[place]] for place in (1, 2, 3)))
