"""Points that pay for an order: out of a hold that the checkout placed, and from what is
available."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from loyalty.rules import holds
from loyalty.rules.entries import Document
from loyalty.rules.holds import Hold
from loyalty.services.cases import Case
from loyalty.services.programs import Terms
from loyalty.services.states import State

Refused = tuple[dict[str, Any], ...]


def spend(
    case: Case, state: State, document: Document, terms: Terms, at: datetime
) -> tuple[int, Refused]:
    """How many points were spent, and what could not be honored. A hold is captured as far as
    the order needs it and the rest released; what it doesn't cover comes from available points.
    """
    asked = terms.points_for(case.sums.points_amount)
    hold, refused = _hold(case, state)
    captured = 0
    if hold is not None:
        hold.order_id = case.order_id
        captured = _capture(state, hold, min(asked, hold.points), document, at)
    rest = asked - captured
    if rest == 0:
        return captured, refused
    if captured:
        document = replace(document, key=f"{document.key}:rest")
    if state.ledger.redeem(rest, document=document, reason="payment", at=at):
        return asked, refused
    short = {
        "what": "points",
        "code": "insufficient_points",
        "asked_points": rest,
        "available_points": state.ledger.available_at(at),
    }
    return captured, (*refused, short)


def _hold(case: Case, state: State) -> tuple[Hold | None, Refused]:
    """The order's hold if it can be captured; the ledger is settled, so one whose time is over
    says so."""
    uid = case.document.points_hold
    if not uid:
        return None, ()
    for hold in state.ledger.holds:
        if hold.uid == uid and hold.source == case.source:
            if hold.is_open:
                return hold, ()
            if hold.state == "EXPIRED":
                return None, ({"what": "points_hold", "code": "hold_expired"},)
    return None, ({"what": "points_hold", "code": "hold_not_open"},)


def _capture(state: State, hold: Hold, points: int, document: Document, at: datetime) -> int:
    if points == 0:
        # The till took it back: nothing is paid with points after all.
        holds.release(state.ledger, hold, at=at)
        return 0
    return holds.capture(state.ledger, hold, points, document=document, reason="payment", at=at)
