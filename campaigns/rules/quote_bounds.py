"""The most that a discount may still take, whatever others take before it."""

from collections.abc import Sequence

from campaigns.rules.quote_candidates import Candidate
from campaigns.rules.quote_evaluation import Taken
from campaigns.rules.quote_shapes import COUPON, Form, Layer
from campaigns.rules.quote_states import CENT, State
from campaigns.rules.quote_tables import Table

# More than any gift or multiplier counts beyond its money.
_BEYOND = 100_000


def most(candidate: Candidate, state: State) -> int:
    """Never less than the score of what it takes from this state or a later one."""
    discount = candidate.discount
    if candidate.layer is Layer.SHIPPING:
        return state.shipping * CENT
    amounts = state.amounts
    there = sum([amounts[index] for index in candidate.lines])
    amount = min(there, _amount(candidate, state, there))
    if candidate.budget is not None:
        amount = min(amount, candidate.budget)
    if discount.cap_amount is not None:
        amount = min(amount, discount.cap_amount)
    return amount * CENT + _beyond(candidate, there)


def of_items(table: Table, takes: Sequence[Taken]) -> int:
    """The most that item prices take together: each line's best."""
    best: dict[int, int] = {}
    for _, take in takes:
        for index, part in take.lines:
            if part > best.get(index, 0):
                best[index] = part
    return sum(best.values()) * CENT


def everything(rest: Sequence[Candidate], state: State) -> int:
    """All that there is."""
    beyond = sum(_beyond(one, sum(state.amounts)) for one in rest)
    return (sum(state.amounts) + state.shipping) * CENT + beyond


def _amount(candidate: Candidate, state: State, there: int) -> int:
    discount = candidate.discount
    if candidate.layer is Layer.BUNDLE or discount.form is Form.PRICE:
        return there
    if discount.steps:
        return max(_step(candidate, state, number, there) for number in range(len(discount.steps)))
    if discount.form is Form.PERCENT_OFF:
        return _hundredths(candidate, state, discount.off_basis_points, there)
    return discount.amount if discount.form is Form.AMOUNT_OFF else 0


def _step(candidate: Candidate, state: State, number: int, there: int) -> int:
    step = candidate.discount.steps[number]
    if step.off_basis_points and not step.amount:
        return _hundredths(candidate, state, step.off_basis_points, there)
    return step.amount * _times(candidate, state, number)


def _times(candidate: Candidate, state: State, number: int) -> int:
    discount = candidate.discount
    if not discount.is_repeated:
        return 1
    step = discount.steps[number]
    if step.min_amount:
        base = state.before_coupons if discount.what == COUPON else state.after_items
        return sum([base[index] for index in candidate.lines]) // step.min_amount
    if step.min_quantity:
        return int(state.table.pieces(candidate.lines) // step.min_quantity)
    return 1


def _hundredths(candidate: Candidate, state: State, basis_points: int, there: int) -> int:
    if state.table.is_initial:
        gross = state.table.gross
        there = sum([gross[index] for index in candidate.lines])
    # Half a cent a line may be rounded up.
    return there * basis_points // 10_000 + len(candidate.lines) + 1


def _beyond(candidate: Candidate, there: int) -> int:
    discount = candidate.discount
    if discount.form is Form.MULTIPLIER:
        return max(discount.multiplier_percent - 100, 0)
    if not candidate.entry.gift_values and not discount.gift_sku:
        return 0
    return sum(candidate.entry.gift_values) * (1 + there) * CENT + _BEYOND
