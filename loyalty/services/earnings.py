"""What an order does to its member's points: it spends first, then earns, by lots."""

from datetime import datetime
from typing import Any

from loyalty.rules import calendar, earning, lives
from loyalty.rules.earning_compile import Life
from loyalty.rules.entries import Document
from loyalty.rules.lots import Lot
from loyalty.services import cases
from loyalty.services.answers import Earned
from loyalty.services.cases import Case
from loyalty.services.programs import Terms
from loyalty.services.states import State


def earn(case: Case, terms: Terms, at: datetime) -> Earned:
    """Spends first, then earns: an order can't pay for itself."""
    document, state = case.document, case.state
    if state is None:
        missed = earning.missed(case.sums.line_eligible_amounts, "no_member")
        return Earned(missed, (), 0, ())
    state.ledger.settle(at)
    source = Document("ORDER", case.order_id, f"order:{case.order_id}", document.occurred_at)
    spent, refused = _spend(case, state, source, terms, at)
    award = earning.award(terms.rules.at(document.occurred_at), cases.facts(case, terms))
    lots = _lots(case, award, terms, at)
    if terms.validity_slides and (lots or spent):
        lives.slide(state.ledger, calendar.expiry(at, terms.validity, terms.zone), at)
    # An order that comes very late may bring points that have lapsed already.
    state.ledger.settle(at)
    return Earned(award, lots, spent, refused)


def life(own: Life | None, earned_at: datetime, terms: Terms) -> calendar.Life:
    """When points with a rule's own life, or the programme's, become usable and lapse."""
    if own is None or own.pending_days is None:
        pending_days, pending_until = terms.pending_days, terms.pending_until
    else:
        pending_days, pending_until = own.pending_days, "DAYS"
    validity = own.validity if own and own.validity else terms.validity
    return calendar.life(
        earned_at, validity, terms.zone, pending_days=pending_days, pending_until=pending_until
    )


def _lots(case: Case, award: earning.Award, terms: Terms, at: datetime) -> tuple[Lot, ...]:
    """A lot for each life. The first bears the order's key, others their number."""
    assert case.state is not None
    # A till's clock may be ahead of ours: its points are usable now all the same.
    earned_at = min(case.document.occurred_at, at)
    made = []
    for number, share in enumerate(award.lots):
        key = f"order:{case.order_id}" + (f":{number + 1}" if number else "")
        own = life(share.life, earned_at, terms)
        lot = case.state.ledger.earn(
            share.points,
            document=Document("ORDER", case.order_id, key, case.document.occurred_at),
            reason="purchase",
            activates_at=own.activates_at,
            expires_at=own.expires_at,
            at=at,
            order_id=case.order_id,
            is_sliding=terms.validity_slides and (share.life is None or not share.life.validity),
        )
        assert lot is not None
        made.append(lot)
    return tuple(made)


def _spend(
    case: Case, state: State, source: Document, terms: Terms, at: datetime
) -> tuple[int, tuple[dict[str, Any], ...]]:
    points = terms.points_for(case.sums.points_amount)
    if points == 0:
        return 0, ()
    if state.ledger.redeem(points, document=source, reason="payment", at=at):
        return points, ()
    available = state.ledger.available_at(at)
    return 0, (
        {
            "what": "points",
            "code": "insufficient_points",
            "asked_points": points,
            "available_points": available,
        },
    )
