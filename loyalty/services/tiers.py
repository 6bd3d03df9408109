"""Moves members between tiers as their figures move: with each order, return and behavior.

Source: docs/algorithms/tiers.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from loyalty.rules import baskets, tier_terms
from loyalty.services import tier_days, tier_standings
from loyalty.services.posting import Posting
from loyalty.services.programs import Terms
from loyalty.services.states import State
from loyalty.services.tier_standings import Cause
from members.selectors import measures


class Counted(Protocol):
    """An order as far as tiers care."""

    @property
    def order_id(self) -> int: ...
    @property
    def sums(self) -> baskets.Sums: ...


@dataclass(frozen=True)
class Lift:
    """That a document moved its member, from which tier to which (codes)."""

    from_code: str
    to_code: str


@dataclass(frozen=True)
class Returned:
    """What came back of an order of `day`: net value, qualifying points, and 1 order when
    nothing is left of it."""

    day: date
    net_amount: int
    orders_count: int
    qualifying_points: int = 0


def know_clv(states: Iterable[State], terms: Terms) -> None:
    """Reads the published lifetime values where a tier asks for them; one query, or none."""
    by_id = {state.member_id: state for state in states}
    if by_id and terms.tiers.uses_clv:
        values = measures.values(code="clv", member_ids=by_id)
        for member_id, state in by_id.items():
            state.clv_amount = values.get(member_id, 0)


def settle(state: State | None, posting: Posting, terms: Terms, at: datetime) -> None:
    """Judges terms, graces and floors that ended by `at`, each as of its own end, so that
    nothing waits for the night. The window knows the days that may leave it."""
    if state is None or not tier_standings.is_due(state, at):
        return
    standing = tier_standings.of(state, terms.tiers)
    tier_terms.settle(standing, terms.tiers, at)
    tier_standings.take_over(state, standing, posting, terms)


def count_order(
    state: State | None,
    posting: Posting,
    terms: Terms,
    occurred_at: datetime,
    day: date,
    order: Counted,
    qualifying_points: int = 0,
) -> Lift | None:
    """Counts the order into the window and lifts the member at once if the figures reach. The
    account is settled (`settle`) as of the order."""
    if state is None:
        return None
    state.is_changed = True
    state.orders_count += 1
    if state.last_order_at is None or occurred_at > state.last_order_at:
        state.last_order_at = occurred_at
    _move_window(state, terms, day)
    net = order.sums.net_amount
    state.window.add(day, net, 1 if net > 0 else 0, qualifying_points)
    # With a late order the figures are complete only since the last one.
    return _lift(state, posting, terms, day, state.last_order_at, Cause(order_id=order.order_id))


def count_behavior(
    state: State,
    posting: Posting,
    terms: Terms,
    occurred_at: datetime,
    day: date,
    qualifying_points: int,
) -> Lift | None:
    """Counts qualifying points that no order brought, and lifts at once if they reach."""
    if not qualifying_points:
        return None
    state.is_changed = True
    start = terms.tiers.window_start(day, state.joined_on)
    if state.window.from_on is None or state.window.from_on < start:
        tier_days.read([state])
    know_clv([state], terms)
    settle(state, posting, terms, occurred_at)
    _move_window(state, terms, day)
    state.window.add(day, 0, 0, qualifying_points)
    return _lift(state, posting, terms, day, occurred_at)


def count_return(
    state: State | None, posting: Posting, terms: Terms, occurred_at: datetime, returned: Returned
) -> Lift | None:
    """Lowers the window's figures by what came back; where the programme says so the tier
    follows at once. Gives the fall, or None."""
    if state is None:
        return None
    state.is_changed = True
    if tier_standings.is_due(state, occurred_at):
        tier_days.read([state])
        know_clv([state], terms)
        settle(state, posting, terms, occurred_at)
    before = state.window.figures_from(date.min, state.clv_amount)
    state.window.add(
        returned.day, -returned.net_amount, -returned.orders_count, -returned.qualifying_points
    )
    if not terms.tiers.follows_returns:
        return None
    standing = tier_standings.of(state, terms.tiers)
    former = standing.level.code
    tier_terms.follow_return(standing, terms.tiers, before, occurred_at)
    tier_standings.take_over(state, standing, posting, terms)
    return _moved(former, standing.level.code)


def review(state: State, posting: Posting, terms: Terms, at: datetime) -> Lift | None:
    """Lifts the member to what the figures of today reach. The window knows its days, the
    ledger its lots."""
    settle(state, posting, terms, at)
    day = terms.tiers.day(at)
    _move_window(state, terms, day)
    state.is_changed = True
    return _lift(state, posting, terms, day, at)


def _move_window(state: State, terms: Terms, day: date) -> None:
    if state.grace_until_at is None:
        state.window.move_to(terms.tiers.window_start(day, state.joined_on))
    else:
        standing = tier_standings.of(state, terms.tiers)
        state.window.move_to(tier_terms.window_from(standing, terms.tiers, day))


def _lift(
    state: State,
    posting: Posting,
    terms: Terms,
    day: date,
    at: datetime,
    cause: Cause = tier_standings.NOBODY,
) -> Lift | None:
    standing = tier_standings.of(state, terms.tiers)
    former = standing.level.code
    reached = tier_terms.lift(standing, terms.tiers, day, max(at, state.tier_since_at))
    if not standing.changes and reached is None:
        return None
    tier_standings.take_over(state, standing, posting, terms, cause)
    if reached is not None:
        state.ledger.settle(posting.at)
        tier_standings.give_gift(state, reached, posting, terms, at)
    return _moved(former, standing.level.code)


def _moved(from_code: str, to_code: str) -> Lift | None:
    return None if from_code == to_code else Lift(from_code, to_code)
