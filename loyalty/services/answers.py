"""What a till is told: all that it prints on the receipt. No personal data in it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from loyalty.rules import earning, tiers
from loyalty.rules.lots import Lot
from loyalty.services.programs import Terms
from loyalty.services.states import State
from loyalty.services.tiers import Lift

Answer = dict[str, Any]


@dataclass(frozen=True)
class Earned:
    """What an order did to its member's points."""

    award: earning.Award
    lot: Lot | None
    spent_points: int
    refused: tuple[dict[str, Any], ...]


def order(
    *,
    uid: Any,
    member_uid: str | None,
    state: State | None,
    earned: Earned,
    lift: Lift | None,
    terms: Terms,
    at: datetime,
    refused: tuple[Answer, ...],
) -> Answer:
    """The answer to an order; the same for every repeat, so it is kept with the order."""
    lot = earned.lot
    return {
        "id": str(uid),
        "member": member_uid,
        "points": {
            "earned": earned.award.points,
            "spent": earned.spent_points,
            "pending": earned.award.points if lot and lot.is_pending else 0,
            "active_at": _text(lot.activates_at) if lot else None,
            "expires_at": _text(lot.expires_at) if lot else None,
            "breakdown": list(earned.award.breakdown),
        },
        "account": account(state) if state else None,
        "tier": tier(state, lift, terms) if state else None,
        "refused": list(refused),
    }


def account(state: State) -> Answer:
    """Balances after the posting."""
    balances = state.ledger.balances
    return {
        "pending": balances.pending,
        "active": balances.active,
        "held": balances.held,
        "available": balances.available,
        "debt": balances.debt,
    }


def tier(state: State, lift: Lift | None, terms: Terms) -> Answer:
    """The tier, what it was before this document, and what is missing to the next."""
    level = terms.level(state.tier_id)
    ahead = tiers.progress(terms.levels, level, state.window.figures)
    return {
        "code": level.code,
        "changed_from": lift.from_code if lift else None,
        "until": _text(state.tier_until_at),
        "progress": {
            "next": ahead.next.code if ahead.next else None,
            "missing_amount": ahead.missing_amount,
            "missing_orders": ahead.missing_orders,
        },
    }


def _text(at: datetime | None) -> str | None:
    """In UTC, whatever offset the till wrote its own instant in."""
    return at.astimezone(UTC).isoformat() if at else None
