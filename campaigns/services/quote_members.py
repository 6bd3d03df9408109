"""Who asks, as conditions see them, and what they can pay with: the account as it stands at an
instant, whether or not the night ran. Nothing is written.
"""

from dataclasses import dataclass
from datetime import datetime

from campaigns.services.quote_inputs import Desk
from loyalty.rules import tier_terms
from loyalty.rules.earning_facts import Buyer
from loyalty.services import states, tier_standings
from loyalty.services.programs import Terms
from loyalty.services.states import State


@dataclass(frozen=True, slots=True)
class Person:
    """A member: as buyer, and with points that can be spent now. A guest is the buyer of a first
    order, and has none."""

    buyer: Buyer
    available_points: int = 0


def person(desk: Desk) -> Person:
    """Who the cart is of. The tier is the one held at the instant whose prices hold, before any
    upgrade that the order would cause; points are those of now."""
    member = desk.seen.member
    if member is None:
        return Person(Buyer())
    _, _, birthday, counts_from_on, tags = member
    if desk.seen.account is None:
        return Person(
            Buyer(
                tags=frozenset(tags),
                birthday_md=birthday,
                birthday_counts_from_on=counts_from_on,
            )
        )
    state = _state(desk)
    level = desk.terms.level(_tier_id(state, desk.terms, desk.enquiry.judged_at))
    state.ledger.settle(desk.enquiry.at)
    buyer = Buyer(
        tier=level.code,
        coefficient_percent=level.coefficient_percent,
        order_number=state.orders_count + 1,
        tags=frozenset(tags),
        birthday_md=birthday,
        birthday_counts_from_on=counts_from_on,
    )
    return Person(buyer, state.ledger.balances.available)


def _state(desk: Desk) -> State:
    seen = desk.seen
    assert seen.account is not None
    member_id = seen.account[0]
    found = states.states(
        [seen.account], seen.lots or (), {member_id: seen.aging or []}, seen.holds or ()
    )[member_id]
    found.clv_amount = seen.clv_amount or 0
    return found


def _tier_id(state: State, terms: Terms, at: datetime) -> int:
    """A term that is over is judged, so that the quote is of the tier that the order will meet."""
    if not tier_standings.is_due(state, at):
        return state.tier_id
    standing = tier_standings.of(state, terms.tiers)
    tier_terms.settle(standing, terms.tiers, at)
    return standing.level.id
