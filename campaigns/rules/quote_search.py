"""The best allowed combination: every way that could be better is tried, others are cut off.

Branch and bound in the order of evaluation. What a discount may still take never grows while
others take theirs, so the sum of what the rest could take now is more than they will.
Source: docs/algorithms/quotes.md, "The best combination".
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from campaigns.rules import quote_bounds as bounds
from campaigns.rules import quote_evaluation as evaluation
from campaigns.rules import quote_items as items
from campaigns.rules import quote_layers as layers
from campaigns.rules import quote_states as states
from campaigns.rules.quote_candidates import Candidate
from campaigns.rules.quote_evaluation import Outcome, Taken
from campaigns.rules.quote_shapes import BEST_OF, Layer
from campaigns.rules.quote_states import Miss, State, Take
from campaigns.rules.quote_tables import Table

# Steps of the search; a cart that needs more gets the best found so far.
STEPS = 20_000


def best(candidates: Sequence[Candidate], table: Table) -> Outcome:
    """The best outcome of all allowed combinations. Candidates are in the order of evaluation."""
    found = evaluation.evaluate((), table)
    for candidate in candidates:
        if candidate.is_exclusive:
            alone = evaluation.evaluate((candidate,), table)
            if alone.taken and alone.rank < found.rank:
                found = alone
    together = [one for one in candidates if not one.is_exclusive]
    if together:
        search = _Search(table, together, found)
        search.run()
        found = search.found
    return found


def may_join(candidate: Candidate, others: Sequence[Candidate]) -> bool:
    """Whether the classes of stacking allow it beside the others."""
    if not others:
        return True
    group = group_of(candidate)
    return not candidate.is_exclusive and not any(
        one.is_exclusive or (group and group == group_of(one)) for one in others
    )


def group_of(candidate: Candidate) -> str:
    discount = candidate.discount
    return discount.group if discount.stacking == BEST_OF else ""


@dataclass(slots=True)
class _Path:
    """A branch: the state so far, and what was taken on the way."""

    state: State
    taken: tuple[Taken, ...] = ()
    score: int = 0
    groups: frozenset[str] = frozenset()
    # Coupon types of which an earlier coupon was left out: later ones of the same don't come.
    closed: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Search:
    table: Table
    candidates: Sequence[Candidate]
    found: Outcome
    steps: int = 0
    items: list[Taken] = field(default_factory=list)
    rest: list[Candidate] = field(default_factory=list)

    def run(self) -> None:
        for candidate in self.candidates:
            if candidate.layer is not Layer.ITEM:
                self.rest.append(candidate)
                continue
            take = items.take(candidate, self.table)
            if not isinstance(take, Miss):
                self.items.append((candidate, take))
        self._items(0, (), frozenset())

    def _items(self, number: int, chosen: tuple[Taken, ...], groups: frozenset[str]) -> None:
        """All choices of item prices, those that take them first."""
        if number == len(self.items):
            self._priced(chosen, groups)
            return
        candidate, take = self.items[number]
        group = group_of(candidate)
        if group in groups:
            self._items(number + 1, chosen, groups)
            return
        added = groups | {group} if group else groups
        self._items(number + 1, (*chosen, (candidate, take)), added)
        if self._may_win_items(chosen, number + 1):
            self._items(number + 1, chosen, groups)

    def _may_win_items(self, chosen: tuple[Taken, ...], number: int) -> bool:
        self.steps += 1
        if self.steps > STEPS:
            return False
        best = bounds.of_items(self.table, [*chosen, *self.items[number:]])
        state = items.priced(states.begin(self.table), items.best(chosen))
        most = best + sum(bounds.most(one, state) for one in self.rest)
        return min(most, bounds.everything(self.rest, states.begin(self.table))) >= (
            self.found.score
        )

    def _priced(self, chosen: tuple[Taken, ...], groups: frozenset[str]) -> None:
        taken = items.best(chosen)
        if items.over_budget(taken):
            return
        path = _Path(
            state=items.priced(states.begin(self.table), taken),
            taken=tuple(taken),
            score=sum(take.score for _, take in taken),
            groups=groups,
        )
        self._walk(0, path)

    def _walk(self, number: int, path: _Path) -> None:
        if number == len(self.rest):
            self._arrived(path)
            return
        candidate = self.rest[number]
        if not self._is_open(candidate, path):
            self._walk(number + 1, path)
            return
        state = evaluation.entered(path.state, candidate)
        take = layers.take(candidate, state)
        if isinstance(take, Miss):
            self._walk(number + 1, _left_out(path, candidate))
            return
        self._walk(number + 1, _joined(path, candidate, take, state))
        if self._may_win(path, number + 1):
            self._walk(number + 1, _left_out(path, candidate))

    def _is_open(self, candidate: Candidate, path: _Path) -> bool:
        group = group_of(candidate)
        if group and group in path.groups:
            return False
        return candidate.coupon is None or candidate.discount.id not in path.closed

    def _may_win(self, path: _Path, number: int) -> bool:
        self.steps += 1
        if self.steps > STEPS:
            return False
        most = path.score
        for candidate in self.rest[number:]:
            most += bounds.most(candidate, path.state)
        return most >= self.found.score

    def _arrived(self, path: _Path) -> None:
        if path.score < self.found.score:
            return
        outcome = Outcome(sorted(path.taken, key=lambda one: one[0].order), [], path.state)
        if outcome.taken and (not self.found.taken or outcome.rank < self.found.rank):
            self.found = outcome


def _joined(path: _Path, candidate: Candidate, take: Take, state: State) -> _Path:
    group = group_of(candidate)
    return _Path(
        state=states.after(state, take),
        taken=(*path.taken, (candidate, take)),
        score=path.score + take.score,
        groups=path.groups | {group} if group else path.groups,
        closed=path.closed,
    )


def _left_out(path: _Path, candidate: Candidate) -> _Path:
    if candidate.coupon is None:
        return path
    return _Path(
        state=path.state,
        taken=path.taken,
        score=path.score,
        groups=path.groups,
        closed=path.closed | {candidate.discount.id},
    )
