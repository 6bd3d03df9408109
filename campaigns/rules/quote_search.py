"""The best allowed combination: every way that could be better is tried, others are cut off.

Mostly all that may go together does, and no combination without one of them can make up for it:
then nothing is searched. Otherwise branch and bound in the order of evaluation. What a discount
may still take never grows while others take theirs, so the sum of what the rest could take now is
never less than what they will. Source: docs/algorithms/quotes.md, "The best combination".
"""

from collections.abc import Sequence

from campaigns.rules import quote_bounds as bounds
from campaigns.rules import quote_evaluation as evaluation
from campaigns.rules import quote_items as items
from campaigns.rules import quote_layers as layers
from campaigns.rules import quote_states as states
from campaigns.rules.quote_candidates import Candidate
from campaigns.rules.quote_evaluation import Outcome, Taken
from campaigns.rules.quote_shapes import Layer
from campaigns.rules.quote_states import Miss, State
from campaigns.rules.quote_tables import Table

# Steps of the search; a cart that needs more gets the best found so far.
STEPS = 20_000


def best(candidates: Sequence[Candidate], table: Table) -> Outcome:
    """The best outcome of all allowed combinations. Candidates are in the order of evaluation."""
    if not candidates:
        return Outcome(states.begin(table))
    if len(candidates) == 1:
        return evaluation.evaluate(candidates, table)
    if _go_together(candidates):
        found = evaluation.evaluate(candidates, table)
        if bounds.is_beyond_doubt(found, candidates, table):
            return found
    return _searched(candidates, table)


def may_join(candidate: Candidate, others: Sequence[Candidate]) -> bool:
    """Whether the classes of stacking allow it beside the others."""
    if not others:
        return True
    return not candidate.is_exclusive and not any(
        one.is_exclusive or (candidate.group and candidate.group == one.group) for one in others
    )


def _go_together(candidates: Sequence[Candidate]) -> bool:
    groups = set()
    for candidate in candidates:
        if candidate.is_exclusive or candidate.group in groups:
            return False
        if candidate.group:
            groups.add(candidate.group)
    return True


def _searched(candidates: Sequence[Candidate], table: Table) -> Outcome:
    found = Outcome(states.begin(table))
    for candidate in candidates:
        if candidate.is_exclusive:
            alone = evaluation.evaluate((candidate,), table)
            if alone.taken and alone.is_better(found):
                found = alone
    together = [one for one in candidates if not one.is_exclusive]
    return _Search(table, together, found).run() if together else found


class _Search:
    """One search; `found` is the best so far."""

    __slots__ = ("found", "items", "rest", "steps", "table")

    def __init__(self, table: Table, candidates: Sequence[Candidate], found: Outcome) -> None:
        self.table = table
        self.found = found
        self.steps = 0
        self.items: list[Taken] = []
        self.rest = [one for one in candidates if one.layer is not Layer.ITEM]
        for candidate in candidates:
            if candidate.layer is Layer.ITEM:
                take = items.take(candidate, table)
                if not isinstance(take, Miss):
                    self.items.append((candidate, take))
        # The dearest first: leaving one out is soon seen to be worse.
        self.items.sort(key=lambda one: (-one[1].amount, one[0].order))

    def run(self) -> Outcome:
        self._items(0, (), frozenset())
        return self.found

    def _items(self, number: int, chosen: tuple[Taken, ...], groups: frozenset[str]) -> None:
        """All choices of item prices, those that take them first."""
        if number == len(self.items):
            self._priced(chosen, groups)
            return
        one = self.items[number]
        group = one[0].group
        if group and group in groups:
            self._items(number + 1, chosen, groups)
            return
        added = groups | {group} if group else groups
        self._items(number + 1, (*chosen, one), added)
        if self._may_win_without(number, chosen):
            self._items(number + 1, chosen, groups)

    def _may_win_without(self, number: int, chosen: tuple[Taken, ...]) -> bool:
        self.steps += 1
        if self.steps > STEPS:
            return False
        most = bounds.of_items((*chosen, *self.items[number + 1 :]))
        state = items.priced(states.begin(self.table), items.best(chosen))
        return bounds.reaches(self.found.score - most, self.rest, 0, state, ())

    def _priced(self, chosen: tuple[Taken, ...], groups: frozenset[str]) -> None:
        best = items.best(chosen)
        if items.over_budget(best):
            return
        state = items.priced(states.begin(self.table), best)
        score = sum(take.score for _, take in best)
        if bounds.reaches(self.found.score - score, self.rest, 0, state, groups):
            self._walk(0, state, tuple(best), score, groups)

    def _walk(
        self,
        number: int,
        state: State,
        taken: tuple[Taken, ...],
        score: int,
        groups: frozenset[str],
    ) -> None:
        """All choices of the others from here on, those that take them first."""
        if number == len(self.rest):
            self._arrived(state, taken, score)
            return
        candidate = self.rest[number]
        if candidate.group and candidate.group in groups:
            self._walk(number + 1, state, taken, score, groups)
            return
        if candidate.coupon is not None and state.before_coupons is None:
            state = states.with_coupons(state)
        take = layers.take(candidate, state)
        if isinstance(take, Miss):
            self._walk(number + 1, state, taken, score, groups)
            return
        self._walk(
            number + 1,
            states.after(state, take),
            (*taken, (candidate, take)),
            score + take.score,
            groups | {candidate.group} if candidate.group else groups,
        )
        self.steps += 1
        following = self._following(number)
        if self.steps <= STEPS and bounds.reaches(
            self.found.score - score, self.rest, following, state, groups
        ):
            self._walk(following, state, taken, score, groups)

    def _following(self, number: int) -> int:
        """The next to try without this one. Of a coupon left out, others of its type, which
        expire later, are left out too."""
        candidate = self.rest[number]
        number += 1
        if candidate.coupon is not None:
            while number < len(self.rest) and self.rest[number].entry is candidate.entry:
                number += 1
        return number

    def _arrived(self, state: State, taken: tuple[Taken, ...], score: int) -> None:
        if not taken or score < self.found.score:
            return
        outcome = Outcome(state, sorted(taken, key=lambda one: one[0].order), score)
        if not self.found.taken or outcome.is_better(self.found):
            self.found = outcome
