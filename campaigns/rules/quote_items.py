"""Item prices: what member prices and limited-time prices take off each line, and the better of
them."""

from collections.abc import Sequence
from fractions import Fraction

from campaigns.rules import quote_allocation as allocation
from campaigns.rules import quote_states as states
from campaigns.rules import quote_thresholds as thresholds
from campaigns.rules.quote_allocation import Parts
from campaigns.rules.quote_candidates import Candidate
from campaigns.rules.quote_shapes import Discount, Form
from campaigns.rules.quote_states import Miss, State, Take
from campaigns.rules.quote_tables import Table, of_pieces
from loyalty.rules import shares


def take(candidate: Candidate, table: Table) -> Take | Miss:
    """What an item price takes off its lines when no other is better."""
    discount = candidate.discount
    if discount.min_amount or discount.min_quantity:
        missed = thresholds.missed(discount, table, candidate.lines, table.gross)
        if missed is not None:
            return missed
    parts = _parts(discount, table, candidate.lines)
    if discount.max_times is not None:
        parts = _limited(discount.max_times, table, parts)
    cap = discount.cap_amount
    if cap is not None and allocation.total(parts) > cap:
        split = shares.split(cap, [part for _, part in parts])
        parts = [(index, part) for (index, _), part in zip(parts, split, strict=True) if part]
    kept, cuts = states.guarded(table, table.gross, parts)
    if not kept:
        return Miss("margin" if cuts else "lower_value")
    return Take(kept, cuts)


def best(takes: Sequence[tuple[Candidate, Take]]) -> list[tuple[Candidate, Take]]:
    """Each line's best price; a candidate keeps the lines where it is the better. Of equal ones
    the one that expires first, then by id."""
    if len(takes) < 2:
        return list(takes)
    chosen: dict[int, tuple[int, int]] = {}
    ranked = sorted(takes, key=lambda one: (one[0].expires_at, one[0].discount.id))
    for number, (_, one) in enumerate(ranked):
        for index, part in one.lines:
            if index not in chosen or part > chosen[index][0]:
                chosen[index] = (part, number)
    found = []
    for number, (candidate, one) in enumerate(ranked):
        lines = [part for part in one.lines if chosen[part[0]][1] == number]
        if lines:
            mine = {index for index, _ in lines}
            cuts = [cut for cut in one.cuts if cut[0] in mine]
            found.append((candidate, Take(lines, cuts)))
    return found


def over_budget(takes: Sequence[tuple[Candidate, Take]]) -> bool:
    return any(
        candidate.budget is not None and one.amount > candidate.budget for candidate, one in takes
    )


def priced(state: State, takes: Sequence[tuple[Candidate, Take]]) -> State:
    """The state after item prices, on which thresholds of order offers are taken."""
    if not takes:
        return state
    amounts = state.amounts.copy()
    for _, one in takes:
        for index, part in one.lines:
            amounts[index] -= part
    return State(state.table, amounts, state.shipping, amounts)


def _parts(discount: Discount, table: Table, lines: Sequence[int]) -> Parts:
    found = [(index, _off(discount, table, index)) for index in lines]
    return [one for one in found if one[1] > 0]


def _off(discount: Discount, table: Table, index: int) -> int:
    gross = table.gross[index]
    if discount.form is Form.PERCENT_OFF:
        return allocation.off(gross, discount.off_basis_points)
    amount = of_pieces(discount.amount, table.lines[index].quantity)
    return gross - amount if discount.form is Form.PRICE else min(gross, amount)


def _limited(left: int, table: Table, parts: Parts) -> Parts:
    """At most so many pieces at this price: those that it lowers most, ties by line id."""
    quantities = {index: table.lines[index].quantity for index, _ in parts}
    found: Parts = []
    by_piece = sorted(parts, key=lambda one: -Fraction(one[1]) / Fraction(quantities[one[0]]))
    for index, part in by_piece:
        quantity = quantities[index]
        if quantity > left:
            part = allocation.share(part, left, quantity)
        left = max(0, left - int(quantity))
        if part:
            found.append((index, part))
        if not left:
            break
    return sorted(found)
