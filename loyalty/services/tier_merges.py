"""The tier of a member who took another card over: the best of what both earned and held."""

from datetime import UTC, datetime

from loyalty.rules.tier_terms import Standing
from loyalty.services import tier_days, tier_standings, tiers
from loyalty.services.posting import Posting
from loyalty.services.programs import Terms
from loyalty.services.states import State
from loyalty.services.tier_standings import Cause

_FOREVER = datetime.max.replace(tzinfo=UTC)


def settle_ended(state: State, posting: Posting, terms: Terms) -> None:
    """Judges what ended by now, as if nobody was merged."""
    if tier_standings.is_due(state, posting.at):
        tier_days.read([state])
        tiers.know_clv([state], terms)
        tiers.settle(state, posting, terms, posting.at)


def keep_best(survivor: State, retired: State, posting: Posting, terms: Terms) -> None:
    """The higher of both earned tiers with its term, of equal ones the one that lasts longer;
    and the higher of both floors, whoever it was given to."""
    kept, other = tier_standings.of(survivor, terms.tiers), tier_standings.of(retired, terms.tiers)
    if _earned(other) > _earned(kept):
        kept.earned, kept.earned_until_at = other.earned, other.earned_until_at
        kept.grace_until_at = other.grace_until_at
    if _floor(other) > _floor(kept):
        kept.floor, kept.floor_until_at = other.floor, other.floor_until_at
    drawn = [level for level in (kept.drawn, other.drawn) if level is not None]
    kept.drawn = max(drawn, key=lambda level: level.rank, default=None)
    kept.show("MERGED", posting.at)
    if kept.level == other.level and kept.changes:
        kept.since_at = other.since_at
    tier_standings.take_over(survivor, kept, posting, terms, Cause(actor_id=posting.actor_id))


def _earned(standing: Standing) -> tuple[int, datetime]:
    return standing.earned.rank, standing.earned_until_at or _FOREVER


def _floor(standing: Standing) -> tuple[int, datetime]:
    if standing.floor is None:
        return -1, _FOREVER
    return standing.floor.rank, standing.floor_until_at or _FOREVER
