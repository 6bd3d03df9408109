"""A combination evaluated: what each discount in it takes, in the order of evaluation."""

from collections.abc import Sequence
from datetime import datetime

from campaigns.rules import quote_items as items
from campaigns.rules import quote_layers as layers
from campaigns.rules import quote_states as states
from campaigns.rules.quote_candidates import Candidate
from campaigns.rules.quote_shapes import Layer
from campaigns.rules.quote_states import Miss, State, Take
from campaigns.rules.quote_tables import Table

Taken = tuple[Candidate, Take]
# The tie-break: coupons, their expiries, those of offers, then ids.
Tie = tuple[int, list[datetime], list[datetime], list[tuple[str, int, str]]]


class Outcome:
    """What a combination comes to, in the order of evaluation. `misses` are those of it that
    take nothing."""

    __slots__ = ("misses", "score", "state", "taken")

    def __init__(self, state: State, taken: list[Taken] | None = None, score: int = 0) -> None:
        self.state = state
        self.taken = taken or []
        self.misses: list[tuple[Candidate, Miss]] = []
        self.score = score

    def tie(self) -> Tie:
        """Fewest coupons, then the earliest expiry, then id."""
        coupons = [one for one, _ in self.taken if one.coupon is not None]
        offers = [one for one, _ in self.taken if one.coupon is None]
        return (
            len(coupons),
            sorted(one.expires_at for one in coupons),
            sorted(one.expires_at for one in offers),
            sorted(_id(one) for one in [*coupons, *offers]),
        )

    def is_better(self, other: "Outcome") -> bool:
        """Whether it serves the member better."""
        if self.score != other.score:
            return self.score > other.score
        return self.tie() < other.tie()


def evaluate(candidates: Sequence[Candidate], table: Table) -> Outcome:
    """All of a combination together; the candidates are in the order of evaluation."""
    if candidates and candidates[0].layer is Layer.ITEM:
        outcome = _items(candidates, table)
    else:
        outcome = Outcome(states.begin(table))
    state = outcome.state
    for candidate in candidates:
        if candidate.layer is Layer.ITEM:
            continue
        if candidate.coupon is not None and state.before_coupons is None:
            state = states.with_coupons(state)
        found = layers.take(candidate, state)
        if isinstance(found, Miss):
            outcome.misses.append((candidate, found))
        else:
            outcome.taken.append((candidate, found))
            outcome.score += found.score
            state = states.after(state, found)
    outcome.state = state
    return outcome


def rank_bundles(candidates: list[Candidate], table: Table) -> None:
    """Puts bundles and n-th items in their order: a piece is used once, so the one that saves
    more by itself goes first."""
    bundles = [one for one in candidates if one.layer is Layer.BUNDLE]
    if len(bundles) < 2:
        return
    for one in bundles:
        one.has_rivals = True
        found = layers.take(one, states.begin(table))
        saved = 0 if isinstance(found, Miss) else found.amount
        of_entry = one.entry.order
        one.order = ((of_entry[0], -saved, *of_entry[2:]), one.order[1])
    candidates.sort(key=lambda one: one.order)


def _id(candidate: Candidate) -> tuple[str, int, str]:
    own = None if candidate.coupon is None else candidate.coupon.id
    return candidate.discount.what, own or candidate.discount.id, candidate.code


def _items(candidates: Sequence[Candidate], table: Table) -> Outcome:
    """Item prices first: each line's best."""
    outcome = Outcome(states.begin(table))
    takes: list[Taken] = []
    for candidate in candidates:
        if candidate.layer is not Layer.ITEM:
            break
        found = items.take(candidate, table)
        if isinstance(found, Miss):
            outcome.misses.append((candidate, found))
        else:
            takes.append((candidate, found))
    best = items.best(takes)
    if len(best) < len(takes):
        winners = {id(candidate) for candidate, _ in best}
        outcome.misses += [(one, Miss("lower_value")) for one, _ in takes if id(one) not in winners]
    for candidate, found in best:
        if candidate.budget is not None and found.amount > candidate.budget:
            outcome.misses.append((candidate, Miss("budget")))
        else:
            outcome.taken.append((candidate, found))
            outcome.score += found.score
    if len(outcome.taken) > 1:
        outcome.taken.sort(key=lambda one: one[0].order)
    outcome.state = items.priced(outcome.state, outcome.taken)
    return outcome
