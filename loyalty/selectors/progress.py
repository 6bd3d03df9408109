"""Where a member stands between tiers, as of an instant: exact whether or not the night ran."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from loyalty.models import Account
from loyalty.rules import tier_progress, tier_terms
from loyalty.rules.entries import Balances
from loyalty.rules.ledger import Ledger
from loyalty.rules.tier_progress import Outlook
from loyalty.rules.tier_terms import Standing, TierTerms
from loyalty.rules.tiers import Figures, Window
from loyalty.services import tier_days, tier_standings
from loyalty.services.states import State
from members.selectors import measures


@dataclass(frozen=True)
class Stand:
    """The standing as of the instant asked for, its figures that day, and what lies ahead."""

    standing: Standing
    figures: Figures
    outlook: Outlook


def stand(*, account: Account, terms: TierTerms, at: datetime) -> Stand:
    """The account's tier at `at`, and the progress from it. One query, and one more where a
    tier asks for lifetime value."""
    return stands(accounts=[account], terms=terms, at=at)[account.member_id]


def stands(*, accounts: Iterable[Account], terms: TierTerms, at: datetime) -> dict[int, Stand]:
    """The same of many accounts, by member; no more queries than for one."""
    states = [_state(account) for account in accounts]
    tier_days.read(states)
    if terms.uses_clv:
        values = measures.values(code="clv", member_ids=[state.member_id for state in states])
        for state in states:
            state.clv_amount = values.get(state.member_id, 0)
    return {state.member_id: _stand(state, terms, at) for state in states}


def _stand(state: State, terms: TierTerms, at: datetime) -> Stand:
    standing = tier_standings.of(state, terms)
    tier_terms.settle(standing, terms, at)
    day = terms.day(at)
    start = terms.window_start(day, standing.joined_on)
    figures = standing.window.figures_from(start, standing.clv_amount)
    return Stand(standing, figures, tier_progress.outlook(standing, terms, day))


def _state(account: Account) -> State:
    """As far as tiers need it."""
    return State(
        member_id=account.member_id,
        version=account.version,
        ledger=Ledger(account.member_id, Balances()),
        tier_id=account.tier_id,
        tier_since_at=account.tier_since_at,
        tier_until_at=account.tier_until_at,
        window=Window(
            account.window_from_on,
            account.window_spend_amount,
            account.window_orders_count,
            account.window_qualifying_points,
            [],
        ),
        orders_count=account.orders_count,
        last_order_at=account.last_order_at,
        floor_tier_id=account.tier_floor_id,
        floor_until_at=account.tier_floor_until_at,
        grace_until_at=account.tier_grace_until_at,
        joined_on=account.joined_on,
        earned_tier_id=account.tier_earned_id,
        earned_until_at=account.tier_earned_until_at,
    )
