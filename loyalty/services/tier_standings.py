"""A member's standing as the rules move it, and the rows that say what changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalty.events import (
    PointsEarned,
    TierDowngraded,
    TierGraceBegan,
    TierRenewed,
    TierUpgraded,
)
from loyalty.models import LedgerEntry
from loyalty.rules import calendar, tier_terms
from loyalty.rules.entries import Document
from loyalty.rules.tier_terms import Change, Standing, TierTerms
from loyalty.rules.tiers import Level
from loyalty.services.posting import Posting
from loyalty.services.programs import Terms
from loyalty.services.states import State


@dataclass(frozen=True)
class Cause:
    """What a change came from, beside the figures: an order, or a person with a reason."""

    order_id: int | None = None
    actor_id: int | None = None
    reason: str = ""


NOBODY = Cause()


def of(state: State, terms: TierTerms) -> Standing:
    """The standing that the account row describes; shares the window with `state`."""
    level = terms.level(state.tier_id)
    earned, earned_until_at = level, state.tier_until_at
    if state.earned_tier_id is not None:
        earned, earned_until_at = terms.level(state.earned_tier_id), state.earned_until_at
    floor = None if state.floor_tier_id is None else terms.level(state.floor_tier_id)
    standing = Standing(
        level=level,
        since_at=state.tier_since_at,
        earned=earned,
        earned_until_at=earned_until_at,
        window=state.window,
        floor=floor,
        floor_until_at=state.floor_until_at,
        grace_until_at=state.grace_until_at,
        # What stands above both is a draw's, and only until the next one.
        drawn=level if level not in (earned, floor) else None,
        joined_on=state.joined_on,
        clv_amount=state.clv_amount,
    )
    standing.until_at = tier_terms.shown(standing)[1]
    return standing


def is_due(state: State, at: datetime) -> bool:
    """Whether something has ended by `at`; cheap, for what is asked at every order."""
    ends_at = state.tier_until_at if state.earned_tier_id is None else state.earned_until_at
    ends = (state.grace_until_at or ends_at, state.floor_until_at)
    return any(end is not None and end <= at for end in ends)


def until(state: State) -> datetime | None:
    """Until when the tier shown holds: in grace, until the grace is over."""
    if state.earned_tier_id is None and state.grace_until_at is not None:
        return state.grace_until_at
    return state.tier_until_at


def take_over(
    state: State, standing: Standing, posting: Posting, terms: Terms, cause: Cause = NOBODY
) -> None:
    """Writes the standing back, and a row and an event for each change."""
    state.is_changed = True
    state.tier_id, state.tier_since_at = standing.level.id, standing.since_at
    ends_at = standing.grace_until_at or standing.earned_until_at
    if standing.level == standing.earned and standing.until_at == ends_at:
        state.tier_until_at = standing.earned_until_at
        state.earned_tier_id = state.earned_until_at = None
    else:
        state.tier_until_at = standing.until_at
        state.earned_tier_id = standing.earned.id
        state.earned_until_at = standing.earned_until_at
    state.floor_tier_id = standing.floor.id if standing.floor else None
    state.floor_until_at = standing.floor_until_at
    state.grace_until_at = standing.grace_until_at
    for change in standing.changes:
        posting.add("tier_changes", _row(state, change, posting, terms.tiers, cause))
        _tell(state, change, posting, cause)
    standing.changes.clear()


def give_gift(state: State, level: Level, posting: Posting, terms: Terms, at: datetime) -> None:
    """The gift of a tier that the figures reached, once per member and tier ever. The ledger is
    settled; looked up before posting, so that an order never fails of it."""
    key = f"tier:{level.id}:gift:{state.member_id}"
    if not level.gift_points or LedgerEntry.objects.filter(key=f"{key}:earn").exists():
        return
    usable_at = min(at, posting.at)
    state.ledger.earn(
        level.gift_points,
        document=Document("TIER", level.id, key, at),
        reason="tier_gift",
        activates_at=usable_at,
        expires_at=calendar.expiry(usable_at, terms.validity, terms.zone),
        at=posting.at,
        is_sliding=terms.validity_slides,
    )
    gift = PointsEarned(order="", points=level.gift_points, is_pending=False)
    posting.tell(gift, member_id=state.member_id, occurred_at=at)


def _row(
    state: State, change: Change, posting: Posting, terms: TierTerms, cause: Cause
) -> dict[str, Any]:
    return {
        "member_id": state.member_id,
        "from_tier_id": change.from_level.id,
        "to_tier_id": change.to_level.id,
        "reason": change.reason,
        "figures": _figures(change, terms, cause),
        "actor_id": cause.actor_id,
        "order_id": cause.order_id,
        "occurred_at": change.occurred_at,
        "recorded_at": posting.at,
        "until_at": change.until_at,
    }


def _figures(change: Change, terms: TierTerms, cause: Cause) -> dict[str, Any]:
    """The figures that decided, since when they count, and a person's reason."""
    figures = change.figures
    shown: dict[str, Any] = {
        "from": change.window_from_on,
        "spend_amount": figures.spend_amount,
        "orders_count": figures.orders_count,
    }
    if terms.uses_qualifying_points:
        shown["qualifying_points"] = figures.qualifying_points
    if terms.uses_clv:
        shown["clv_amount"] = figures.clv_amount
    if cause.reason:
        shown["reason"] = cause.reason
    return shown


def _tell(state: State, change: Change, posting: Posting, cause: Cause) -> None:
    if change.reason == "MERGED":
        # The member had it already, on another card.
        return
    from_code, to_code = change.from_level.code, change.to_level.code
    until_at = change.until_at.isoformat() if change.until_at else ""
    fact: Any = None
    if change.to_level.rank > change.from_level.rank:
        order = str(cause.order_id or "")
        fact = TierUpgraded(from_tier=from_code, to_tier=to_code, order=order)
    elif change.to_level.rank < change.from_level.rank:
        fact = TierDowngraded(from_tier=from_code, to_tier=to_code)
    elif change.reason == "RENEWAL":
        fact = TierRenewed(tier=to_code, until_at=until_at)
    elif change.reason == "GRACE":
        fact = TierGraceBegan(tier=to_code, until_at=until_at)
    if fact is not None:
        posting.tell(fact, member_id=state.member_id, occurred_at=change.occurred_at)
