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

# Steps of the search; a cart that needs more gets the best found so far. A step that looks at many
# lines of many discounts counts as several, so that big carts wait no longer than small ones.
STEPS = 20_000
_LOOKS = 500
# What is taken so far, and what is tried next: item prices; the others.
_Choice = tuple[int, tuple[Taken, ...], frozenset[str]]
_Point = tuple[int, State, tuple[Taken, ...], int, frozenset[str]]


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
    if not together:
        return found
    return _Search(table, together, _begun(together, table, found)).run()


def _begun(candidates: Sequence[Candidate], table: Table, found: Outcome) -> Outcome:
    """The better of `found` and what the best of each group come to with all that have none: a
    search that begins well leaves more aside, and is worth more when it has to stop."""
    best: dict[str, tuple[int, Candidate]] = {}
    for candidate in candidates:
        if candidate.group:
            score = evaluation.evaluate((candidate,), table).score
            if candidate.group not in best or score > best[candidate.group][0]:
                best[candidate.group] = (score, candidate)
    chosen = {id(candidate) for _, candidate in best.values()}
    begun = evaluation.evaluate(
        [one for one in candidates if not one.group or id(one) in chosen], table
    )
    # Without an item price that takes nothing its lines may have another: that is searched.
    is_sound = all(one.layer is not Layer.ITEM for one, _ in begun.misses)
    return begun if is_sound and begun.taken and begun.is_better(found) else found


class _Search:
    """One search; `found` is the best so far."""

    __slots__ = ("cost", "found", "items", "rest", "steps", "table")

    def __init__(self, table: Table, candidates: Sequence[Candidate], found: Outcome) -> None:
        self.table = table
        self.found = found
        self.steps = 0
        self.cost = 1 + len(candidates) * len(table.lines) // _LOOKS
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
        """All choices of item prices, those that take them first. Here and below what waits to be
        tried without a discount lies on a stack: a thousand offers are more than calls may nest.
        """
        waiting: list[_Choice] = []
        choice: _Choice | None = (0, (), frozenset())
        while choice is not None:
            self._choose(choice, waiting)
            choice = self._next_choice(waiting)
        return self.found

    def _choose(self, choice: _Choice, waiting: list[_Choice]) -> None:
        first, chosen, groups = choice
        for number in range(first, len(self.items)):
            one = self.items[number]
            group = one[0].group
            if group and group in groups:
                continue
            waiting.append((number, chosen, groups))
            chosen = (*chosen, one)
            groups = groups | {group} if group else groups
        self._priced(chosen, groups)

    def _next_choice(self, waiting: list[_Choice]) -> _Choice | None:
        while waiting:
            number, chosen, groups = waiting.pop()
            if self._may_win_without(number, chosen):
                return number + 1, chosen, groups
        return None

    def _may_win_without(self, number: int, chosen: tuple[Taken, ...]) -> bool:
        self.steps += self.cost
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
            self._walk((0, state, tuple(best), score, groups))

    def _walk(self, point: _Point) -> None:
        """All choices of the others from here on, those that take them first."""
        waiting: list[_Point] = []
        following: _Point | None = point
        while following is not None:
            self._take_all(following, waiting)
            following = self._next_point(waiting)

    def _take_all(self, point: _Point, waiting: list[_Point]) -> None:
        first, state, taken, score, groups = point
        for number in range(first, len(self.rest)):
            candidate = self.rest[number]
            if candidate.group and candidate.group in groups:
                continue
            if candidate.coupon is not None and state.before_coupons is None:
                state = states.with_coupons(state)
            take = layers.take(candidate, state)
            if isinstance(take, Miss):
                continue
            waiting.append((number, state, taken, score, groups))
            state = states.after(state, take)
            taken = (*taken, (candidate, take))
            score += take.score
            groups = groups | {candidate.group} if candidate.group else groups
        self._arrived(state, taken, score)

    def _next_point(self, waiting: list[_Point]) -> _Point | None:
        while waiting:
            number, state, taken, score, groups = waiting.pop()
            self.steps += self.cost
            if self.steps > STEPS:
                return None
            following = self._following(number)
            wanted = self.found.score - score
            if bounds.reaches(wanted, self.rest, following, state, groups):
                return following, state, taken, score, groups
        return None

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
