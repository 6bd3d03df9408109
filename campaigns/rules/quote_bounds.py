"""The most that discounts may still take, whatever others take before them."""

from collections.abc import Callable, Collection, Mapping, Sequence

from campaigns.rules import offer_entries as entries
from campaigns.rules import quote_layers as layers
from campaigns.rules import quote_pieces as pieces
from campaigns.rules import quote_states as states
from campaigns.rules.quote_candidates import Candidate
from campaigns.rules.quote_evaluation import Outcome, Taken
from campaigns.rules.quote_shapes import Layer, Step
from campaigns.rules.quote_states import CENT, Miss, State, Take
from campaigns.rules.quote_tables import Table

# More than any gift of unknown worth counts beyond its money.
_BEYOND = 1_000


def most(candidate: Candidate, state: State) -> int:
    """Never less than the score of what it takes from this state or a later one."""
    entry, discount = candidate.entry, candidate.discount
    if entry.threshold and not discount.steps:
        base = layers.base(candidate, state)
        if sum([base[index] for index in candidate.lines]) < entry.threshold:
            return 0
    amount: int = _MOST[entry.way](candidate, state)
    if discount.cap_amount is not None and discount.cap_amount < amount:
        amount = discount.cap_amount
    if candidate.budget is not None and candidate.budget < amount:
        amount = candidate.budget
    if entry.has_gifts or entry.way == entries.MULTIPLIER:
        return amount * CENT + _beyond(candidate, state)
    return amount * CENT


def reaches(
    wanted: int,
    candidates: Sequence[Candidate],
    first: int,
    state: State,
    groups: Collection[str],
) -> bool:
    """Whether the candidates from `first` on may score so much together, one of a group, none
    of `groups`."""
    of_groups: dict[str, int] = {}
    for candidate in candidates[first:]:
        if wanted <= 0:
            return True
        group = candidate.group
        if not group:
            wanted -= most(candidate, state)
        elif group not in groups:
            more = most(candidate, state) - of_groups.get(group, 0)
            if more > 0:
                of_groups[group] = of_groups.get(group, 0) + more
                wanted -= more
    return wanted <= 0


def of_items(takes: Sequence[Taken]) -> int:
    """The most that item prices take together: each line's best."""
    best: dict[int, int] = {}
    for _, take in takes:
        for index, part in take.lines:
            if part > best.get(index, 0):
                best[index] = part
    return sum(best.values()) * CENT


def is_beyond_doubt(found: Outcome, candidates: Sequence[Candidate], table: Table) -> bool:
    """Whether what all candidates come to together is the best for sure: whichever of those that
    take something is left out, the others can't make up for it."""
    first = states.begin(table)
    whole, least = 0, None
    of_items = 0
    taken = {id(candidate): take for candidate, take in found.taken}
    for candidate in candidates:
        take = taken.get(id(candidate))
        if candidate.layer is Layer.ITEM:
            if take is None:
                # Another price is better on its lines, or its budget is short: it is searched.
                return False
            score = take.score
            of_items += len(take.lines)
        else:
            score = most(candidate, first)
        whole += score
        if take is not None and (least is None or score < least):
            least = score
    return least is not None and whole - least < found.score and _are_apart(found, of_items)


def _are_apart(found: Outcome, count: int) -> bool:
    """Whether no two item prices concern the same line."""
    if count < 2:
        return True
    items = [candidate for candidate, _ in found.taken if candidate.layer is Layer.ITEM]
    lines = [index for candidate in items for index in candidate.lines]
    return len(lines) == len(set(lines))


def _there(candidate: Candidate, state: State) -> int:
    amounts = state.amounts
    return sum([amounts[index] for index in candidate.lines])


def _bundle(candidate: Candidate, state: State) -> int:
    """What it saves now, since prices of pieces only fall. Where others may take its pieces, or a
    floor or the initial amount decides what a piece brings, dearer ones may come in their place.
    """
    if candidate.has_rivals or state.table.is_initial:
        return _there(candidate, state)
    return _of_pieces(candidate, state, pieces.bundled(candidate, state))


def _exchange(candidate: Candidate, state: State) -> int:
    return _of_pieces(candidate, state, pieces.exchanged(candidate, state))


def _of_pieces(candidate: Candidate, state: State, take: Take | Miss) -> int:
    if state.table.floors is not None:
        return _there(candidate, state)
    # Shares of lines may round up by half a cent.
    return 0 if isinstance(take, Miss) else take.amount + len(candidate.lines)


def _freight(candidate: Candidate, state: State) -> int:
    return state.shipping


def _nothing(candidate: Candidate, state: State) -> int:
    return 0


def _money(candidate: Candidate, state: State) -> int:
    return min(candidate.discount.amount, _there(candidate, state))


def _hundredths(candidate: Candidate, state: State) -> int:
    return _part(candidate, state, candidate.discount.off_basis_points)


def _part(candidate: Candidate, state: State, basis_points: int) -> int:
    amounts = state.table.gross if state.table.is_initial else state.amounts
    there = sum([amounts[index] for index in candidate.lines])
    # Half a cent a line may be rounded up.
    return there * basis_points // 10_000 + len(candidate.lines)


def _steps(candidate: Candidate, state: State) -> int:
    """The most of the steps within reach. More than there is on the lines it can't be, but that
    is seen elsewhere."""
    steps, highest = candidate.discount.steps, 0
    base = layers.base(candidate, state)
    amount = sum([base[index] for index in candidate.lines])
    for step in steps:
        if amount < step.min_amount:
            continue
        if step.amount:
            most = step.amount * _often(candidate, state, step, amount)
        else:
            most = _part(candidate, state, step.off_basis_points) if step.off_basis_points else 0
        if most > highest:
            highest = most
    return highest


def _often(candidate: Candidate, state: State, step: Step, amount: int) -> int:
    """How often a step that is reached may count."""
    if not candidate.discount.is_repeated:
        return 1
    if step.min_amount:
        return amount // step.min_amount
    if step.min_quantity:
        return int(state.table.pieces(candidate.lines) // step.min_quantity)
    return 1


def _times(candidate: Candidate, state: State, number: int) -> int:
    step = candidate.discount.steps[number]
    base = layers.base(candidate, state)
    amount = sum([base[index] for index in candidate.lines])
    return _often(candidate, state, step, amount) if amount >= step.min_amount else 0


def _beyond(candidate: Candidate, state: State) -> int:
    entry, discount = candidate.entry, candidate.discount
    if entry.way == entries.MULTIPLIER:
        return max(discount.multiplier_percent - 100, 0)
    if entry.way == entries.GIFT:
        return sum(entry.gift_values) * CENT or _BEYOND
    values = [
        value * _times(candidate, state, number) for number, value in enumerate(entry.gift_values)
    ]
    return max(values) * CENT + _BEYOND


_MOST: Mapping[str, Callable[[Candidate, State], int]] = {
    entries.FREIGHT: _freight,
    entries.BUNDLE: _bundle,
    entries.MULTIPLIER: _nothing,
    entries.STEPS: _steps,
    entries.GIFT: _nothing,
    entries.EXCHANGE: _exchange,
    entries.PRICE: _there,
    entries.HUNDREDTHS: _hundredths,
    entries.MONEY: _money,
}
