"""Discounts on single pieces: bundles, n-th items, exchanges. A piece is in one bundle or n-th
item offer at most. Of a weighed line only whole units count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from campaigns.rules import quote_allocation as allocation
from campaigns.rules import quote_matching as matching
from campaigns.rules import quote_states as states
from campaigns.rules.quote_allocation import Parts
from campaigns.rules.quote_candidates import Candidate
from campaigns.rules.quote_matching import Heap
from campaigns.rules.quote_shapes import Discount, Form
from campaigns.rules.quote_states import Miss, State, Take

Counts = dict[int, int]
Free = Mapping[int, tuple[int, Decimal]]


@dataclass(frozen=True, slots=True)
class _Group:
    """Pieces taken together: so many of each line, and what the discount lowers them by."""

    counts: Counts
    parts: Parts
    times: int


def bundled(candidate: Candidate, state: State) -> Take | Miss:
    """A bundle, or every n-th piece."""
    free = _free(state, candidate.lines)
    discount = candidate.discount
    found = _bundles(candidate, free, state) if discount.parts else _nth(candidate, free, state)
    if isinstance(found, Miss):
        return found
    if not found.parts:
        return Miss("lower_value")
    kept, cuts = states.guarded(state.table, state.amounts, found.parts)
    return Take(kept, cuts, 0, found.times, _rest(free, found.counts))


def exchanged(candidate: Candidate, state: State) -> Take | Miss:
    """The dearest pieces in scope, up to `quantity`, for `amount` each."""
    discount = candidate.discount
    whole = {
        index: (state.amounts[index], state.table.lines[index].quantity)
        for index in candidate.lines
    }
    counts = _take(_dearest(whole), discount.quantity)
    parts = [
        (index, allocation.share(whole[index][0], count, whole[index][1]) - discount.amount * count)
        for index, count in sorted(counts.items())
    ]
    parts = [(index, part) for index, part in parts if part > 0]
    kept, cuts = states.guarded(state.table, state.amounts, parts)
    lowered = {index for index, _ in parts}
    times = sum(count for index, count in counts.items() if index in lowered)
    return Take(kept, cuts, 0, max(times, 1))


def _free(state: State, lines: Sequence[int]) -> Free:
    """What no bundle has used: amount and quantity by line."""
    used, amounts, sold = state.free, state.amounts, state.table.lines
    return {index: used.get(index) or (amounts[index], sold[index].quantity) for index in lines}


def _rest(free: Free, counts: Counts) -> Free:
    return {
        index: (
            free[index][0] - allocation.share(free[index][0], count, free[index][1]),
            free[index][1] - count,
        )
        for index, count in counts.items()
    }


def _heaps(free: Free) -> list[Heap]:
    """Whole pieces of the lines."""
    return [
        Heap(index, int(quantity), Fraction(amount) / Fraction(quantity))
        for index, (amount, quantity) in free.items()
        if quantity >= 1
    ]


def _dearest(free: Free) -> list[Heap]:
    """By falling price, ties by line id."""
    return sorted(_heaps(free), key=lambda heap: (-heap.price, heap.line))


def _take(heaps: Sequence[Heap], count: int) -> Counts:
    """The first so many pieces."""
    found: Counts = {}
    for heap in heaps:
        if count <= 0:
            break
        found[heap.line] = min(count, heap.count)
        count -= found[heap.line]
    return found


def _nth(candidate: Candidate, free: Free, state: State) -> _Group | Miss:
    """Of every n pieces one: the cheapest of all are lowered, the next cheapest go with them."""
    discount = candidate.discount
    cheapest = sorted(_heaps(free), key=lambda heap: (heap.price, heap.line))
    pieces = sum(heap.count for heap in cheapest)
    times = _at_most(discount, pieces // discount.nth)
    if not times:
        missing = discount.nth - pieces % discount.nth
        return Miss("min_quantity", {"missing_quantity": missing})
    lowered = _take(cheapest, times)
    return _Group(
        counts=_take(cheapest, times * discount.nth),
        parts=_each(discount, state, free, lowered),
        times=times,
    )


def _bundles(candidate: Candidate, free: Free, state: State) -> _Group | Miss:
    """As many bundles as save most, of the dearest pieces."""
    wanted = [part.quantity for part in candidate.discount.parts]
    heaps = _dearest(free)
    most = _at_most(candidate.discount, matching.most(heaps, candidate.parts, wanted))
    if not most:
        missing = matching.missing(heaps, candidate.parts, wanted)
        return Miss("min_quantity", {"missing_quantity": missing})

    times = _best_times(candidate, heaps, most)
    counts = matching.dearest(heaps, candidate.parts, [one * times for one in wanted])
    return _Group(counts, _of_bundles(candidate.discount, state, free, counts, times), times)


def _best_times(candidate: Candidate, heaps: Sequence[Heap], most: int) -> int:
    """The fewest bundles that save most. Each further one saves no more than that before it, so
    the border is found by halving."""
    discount = candidate.discount
    wanted = [part.quantity for part in discount.parts]
    prices = {heap.line: heap.price for heap in heaps}

    def saved(times: int) -> Fraction:
        counts = matching.dearest(heaps, candidate.parts, [one * times for one in wanted])
        cost = sum((prices[line] * count for line, count in counts.items()), Fraction(0))
        if discount.form is Form.PERCENT_OFF:
            return cost
        amount = discount.amount * times
        return cost - amount if discount.form is Form.PRICE else min(cost, Fraction(amount))

    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        if saved(middle + 1) > saved(middle):
            low = middle + 1
        else:
            high = middle
    return low


def _at_most(discount: Discount, times: int) -> int:
    return times if discount.max_times is None else min(times, discount.max_times)


def _of_bundles(discount: Discount, state: State, free: Free, counts: Counts, times: int) -> Parts:
    if discount.form is Form.PERCENT_OFF:
        return _each(discount, state, free, counts)
    lines = sorted(counts)
    amounts = {
        index: allocation.share(free[index][0], counts[index], free[index][1]) for index in lines
    }
    whole = sum(amounts.values())
    wanted = discount.amount * times
    return allocation.spread_over(
        whole - wanted if discount.form is Form.PRICE else wanted, amounts
    )


def _each(discount: Discount, state: State, free: Free, counts: Counts) -> Parts:
    """What each line's pieces are lowered by."""
    found = []
    for index, count in sorted(counts.items()):
        amount, quantity = free[index]
        cost = allocation.share(amount, count, quantity)
        if discount.form is Form.PERCENT_OFF:
            part = _hundredth(discount, state, index, count, cost)
        elif discount.form is Form.PRICE:
            part = cost - discount.amount * count
        else:
            part = min(cost, discount.amount * count)
        if part > 0:
            found.append((index, part))
    return found


def _hundredth(discount: Discount, state: State, index: int, count: int, cost: int) -> int:
    table = state.table
    if not table.is_initial:
        return allocation.off(cost, discount.off_basis_points)
    initial = allocation.share(table.gross[index], count, table.lines[index].quantity)
    return min(cost, allocation.off(initial, discount.off_basis_points))
