"""Moves members between tiers as their figures move."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from loyalty.events import TierUpgraded
from loyalty.models import TierChange
from loyalty.rules import baskets, tier_terms, tiers
from loyalty.services.posting import Posting
from loyalty.services.programs import Terms
from loyalty.services.states import State


class Counted(Protocol):
    """An order as far as tiers care."""

    @property
    def order_id(self) -> int: ...
    @property
    def sums(self) -> baskets.Sums: ...


@dataclass(frozen=True)
class Lift:
    """That an order lifted its member, from which tier to which (codes)."""

    from_code: str
    to_code: str


def count_order(
    state: State | None,
    posting: Posting,
    terms: Terms,
    occurred_at: datetime,
    day: date,
    order: Counted,
) -> Lift | None:
    """Counts the order into the window and lifts the member at once if the figures reach."""
    if state is None:
        return None
    state.is_changed = True
    state.orders_count += 1
    if state.last_order_at is None or occurred_at > state.last_order_at:
        state.last_order_at = occurred_at
    state.window.move_to(tiers.window_start(day, terms.window, terms.window_months))
    net = order.sums.net_amount
    state.window.add(day, net, 1 if net > 0 else 0)
    return review(state, posting, terms, occurred_at, order.order_id)


def review(
    state: State, posting: Posting, terms: Terms, occurred_at: datetime, order_id: int | None
) -> Lift | None:
    """Lifts the member to the highest tier that the window's figures reach; never lowers."""
    current = terms.level(state.tier_id)
    figures = state.window.figures
    target = tiers.reached(terms.levels, figures)
    if target.rank <= current.rank:
        return None
    state.tier_id, state.tier_since_at = target.id, occurred_at
    state.tier_until_at = tier_terms.term_end(occurred_at, terms.term_months, terms.zone)
    posting.add(
        "tier_changes",
        {
            "member_id": state.member_id,
            "from_tier_id": current.id,
            "to_tier_id": target.id,
            "reason": TierChange.Reason.UPGRADE.value,
            "figures": _figures(state),
            "order_id": order_id,
            "occurred_at": occurred_at,
            "recorded_at": posting.at,
            "until_at": state.tier_until_at,
        },
    )
    posting.tell(
        TierUpgraded(from_tier=current.code, to_tier=target.code, order=str(order_id or "")),
        member_id=state.member_id,
        occurred_at=occurred_at,
    )
    return Lift(current.code, target.code)


def _figures(state: State) -> dict[str, Any]:
    return {
        "from": state.window.from_on,
        "spend_amount": state.window.spend_amount,
        "orders_count": state.window.orders_count,
    }
