"""A combination evaluated: what each discount in it takes, in the order of evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns.rules import quote_items as items
from campaigns.rules import quote_layers as layers
from campaigns.rules import quote_states as states
from campaigns.rules.quote_candidates import Candidate
from campaigns.rules.quote_shapes import COUPON, Layer
from campaigns.rules.quote_states import Miss, State, Take
from campaigns.rules.quote_tables import Table

Taken = tuple[Candidate, Take]
# The tie-break: coupons, their expiries, those of offers, then ids.
Tie = tuple[int, tuple[datetime, ...], tuple[datetime, ...], tuple[tuple[str, int, str], ...]]


@dataclass(slots=True, eq=False)
class Outcome:
    """What a combination comes to. `misses` are those of it that take nothing."""

    taken: list[Taken]
    misses: list[tuple[Candidate, Miss]]
    state: State

    @property
    def score(self) -> int:
        return sum(take.score for _, take in self.taken)

    @property
    def rank(self) -> tuple[int, Tie]:
        """The least is best for the member."""
        return -self.score, tie([candidate for candidate, _ in self.taken])


def evaluate(candidates: Sequence[Candidate], table: Table) -> Outcome:
    """All of a combination together; the candidates are in the order of evaluation."""
    outcome = _items(candidates, table)
    for candidate in candidates:
        if candidate.layer is Layer.ITEM:
            continue
        state = outcome.state = entered(outcome.state, candidate)
        found = layers.take(candidate, state)
        if isinstance(found, Miss):
            outcome.misses.append((candidate, found))
        else:
            outcome.taken.append((candidate, found))
            outcome.state = states.after(state, found)
    return outcome


def rank_bundles(candidates: list[Candidate], table: Table) -> None:
    """Puts bundles and n-th items in their order: a piece is used once, so the one that saves
    more by itself goes first."""
    bundles = [one for one in candidates if one.layer is Layer.BUNDLE]
    if len(bundles) < 2:
        return
    for one in bundles:
        found = layers.take(one, states.begin(table))
        saved = 0 if isinstance(found, Miss) else found.amount
        one.order = (one.order[0], -saved, *one.order[2:])
    candidates.sort(key=lambda one: one.order)


def entered(state: State, candidate: Candidate) -> State:
    """The state as the candidate finds it: the first coupon fixes what thresholds are taken on."""
    if candidate.discount.what == COUPON and not state.has_coupons:
        return states.with_coupons(state)
    return state


def tie(candidates: Sequence[Candidate]) -> Tie:
    """Fewest coupons, then the earliest expiry, then id."""
    coupons = [one for one in candidates if one.coupon is not None]
    offers = [one for one in candidates if one.coupon is None]
    return (
        len(coupons),
        tuple(sorted(one.expires_at for one in coupons)),
        tuple(sorted(one.expires_at for one in offers)),
        tuple(sorted(_id(one) for one in candidates)),
    )


def _id(candidate: Candidate) -> tuple[str, int, str]:
    own = None if candidate.coupon is None else candidate.coupon.id
    return candidate.discount.what, own or candidate.discount.id, candidate.code


def _items(candidates: Sequence[Candidate], table: Table) -> Outcome:
    """Item prices first: each line's best."""
    outcome = Outcome([], [], states.begin(table))
    takes: list[Taken] = []
    for candidate in candidates:
        if candidate.layer is not Layer.ITEM:
            continue
        found = items.take(candidate, table)
        if isinstance(found, Miss):
            outcome.misses.append((candidate, found))
        else:
            takes.append((candidate, found))
    best = items.best(takes)
    kept = []
    for candidate, found in best:
        if candidate.budget is not None and found.amount > candidate.budget:
            outcome.misses.append((candidate, Miss("budget")))
        else:
            kept.append((candidate, found))
    outcome.misses += _beaten(takes, best)
    outcome.taken = sorted(kept, key=lambda one: one[0].order)
    outcome.state = items.priced(outcome.state, outcome.taken)
    return outcome


def _beaten(takes: Sequence[Taken], best: Sequence[Taken]) -> list[tuple[Candidate, Miss]]:
    winners = {id(candidate) for candidate, _ in best}
    return [(one, Miss("lower_value")) for one, _ in takes if id(one) not in winners]
