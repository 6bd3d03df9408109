"""What a till is told: all that it prints on the receipt. No personal data in it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from loyalty.rules import calendar, earning, tier_progress
from loyalty.rules.lots import Lot
from loyalty.services import tier_standings
from loyalty.services.programs import Terms
from loyalty.services.states import State
from loyalty.services.tiers import Lift

Answer = dict[str, Any]


@dataclass(frozen=True)
class Earned:
    """What an order did to its member's points."""

    award: earning.Award
    lots: tuple[Lot, ...]
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
    return {
        "id": str(uid),
        "member": member_uid,
        "points": points(earned),
        "account": account(state) if state else None,
        "tier": tier(state, lift, terms) if state else None,
        "refused": list(refused),
    }


def points(earned: Earned) -> Answer:
    """What was earned and spent. Points with several lives are told one by one in `lots`; the
    dates are those of the first."""
    lots = earned.lots
    told: Answer = {
        "earned": earned.award.points,
        "spent": earned.spent_points,
        "pending": sum(lot.earned for lot in lots if lot.is_pending),
        "active_at": _text(lots[0].activates_at) if lots else None,
        "expires_at": _text(lots[0].expires_at) if lots else None,
        "breakdown": list(earned.award.breakdown),
    }
    if len(lots) > 1:
        told["lots"] = [
            {
                "points": lot.earned,
                "active_at": _text(lot.activates_at),
                "expires_at": _text(lot.expires_at),
            }
            for lot in lots
        ]
    return told


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
    ahead = tier_progress.progress(terms.levels, level, state.window.figures)
    return {
        "code": level.code,
        "changed_from": lift.from_code if lift else None,
        "until": _text(tier_standings.until(state)),
        "progress": {
            "next": ahead.next.code if ahead.next else None,
            "missing_amount": ahead.missing_amount,
            "missing_orders": ahead.missing_orders,
        },
    }


def _text(at: datetime | None) -> str | None:
    """In UTC, whatever offset the till wrote its own instant in; None for never, and for points
    that wait for their order's completion."""
    if at is None or at == calendar.UNTIL_COMPLETED:
        return None
    return at.astimezone(UTC).isoformat()
