"""What one discount takes off the running amounts, layer by layer.

Source: docs/algorithms/quotes.md, "Order of evaluation".
"""

from collections.abc import Callable, Mapping

from campaigns.rules import offer_entries as entries
from campaigns.rules import quote_allocation as allocation
from campaigns.rules import quote_pieces as pieces
from campaigns.rules import quote_states as states
from campaigns.rules import quote_thresholds as thresholds
from campaigns.rules.quote_allocation import Parts
from campaigns.rules.quote_candidates import Candidate
from campaigns.rules.quote_shapes import Form, Gift, Layer, Step
from campaigns.rules.quote_states import Miss, State, Take


def take(candidate: Candidate, state: State) -> Take | Miss:
    """What a discount beyond item prices takes now, or why it takes nothing."""
    discount = candidate.discount
    if discount.min_amount or discount.min_quantity:
        missed = thresholds.missed(discount, state.table, candidate.lines, base(candidate, state))
        if missed is not None:
            return missed
    found = _WAYS[candidate.entry.way](candidate, state)
    if isinstance(found, Miss):
        return found
    if candidate.budget is not None and found.amount > candidate.budget:
        return Miss("budget")
    return found if found.score else Miss("margin" if found.cuts else "lower_value")


def base(candidate: Candidate, state: State) -> list[int]:
    """The amounts on which its thresholds are taken: after item prices for offers, before any
    coupon for coupons, at last for freight."""
    if candidate.coupon is not None:
        return state.amounts if state.before_coupons is None else state.before_coupons
    return state.amounts if candidate.layer is Layer.SHIPPING else state.after_items


def _freight(candidate: Candidate, state: State) -> Take:
    """All of it; at most `cap_amount`, or less by another form."""
    discount, shipping = candidate.discount, state.shipping
    if discount.form is Form.PERCENT_OFF:
        shipping = allocation.off(shipping, discount.off_basis_points)
    elif discount.form is Form.AMOUNT_OFF:
        shipping = min(shipping, discount.amount)
    elif discount.form is Form.PRICE:
        shipping = max(0, shipping - discount.amount)
    cap = discount.cap_amount
    return Take([], [], shipping if cap is None else min(shipping, cap))


def _multiplier(candidate: Candidate, state: State) -> Take:
    found = Take([], [])
    found.multiplier = candidate.discount.multiplier_percent
    found.score = max(found.multiplier - 100, 0)
    return found


def _gift(candidate: Candidate, state: State) -> Take:
    discount = candidate.discount
    found = Take([], [])
    gift = Gift(discount.what, candidate.code, discount.gift_sku, discount.quantity)
    found.gives(gift, sum(candidate.entry.gift_values))
    return found


def _price(candidate: Candidate, state: State) -> Take:
    whole = sum([state.amounts[index] for index in candidate.lines])
    off = whole - candidate.discount.amount
    return _lowered(state, allocation.spread(off, candidate.lines, state.amounts))


def _money(candidate: Candidate, state: State) -> Take:
    return _lowered(state, _off(candidate, state, candidate.discount.amount))


def _hundredths(candidate: Candidate, state: State) -> Take:
    return _lowered(state, _part(candidate, state, candidate.discount.off_basis_points))


def _steps(candidate: Candidate, state: State) -> Take | Miss:
    discount = candidate.discount
    reached = thresholds.step(discount, state.table, candidate.lines, base(candidate, state))
    if isinstance(reached, Miss):
        return reached
    number, times = reached
    step = discount.steps[number]
    found = _lowered(state, _by_step(candidate, state, step, times))
    found.times = times
    if step.gift_sku or step.gift_coupon_type:
        value = candidate.entry.gift_values[number] * times
        found.gives(_step_gift(candidate, step, times), value)
    elif step.off_basis_points and not step.amount:
        # A part of a hundred is taken once, however often the step is reached.
        found.times = 1
    return found


def _by_step(candidate: Candidate, state: State, step: Step, times: int) -> Parts:
    if step.amount:
        return _off(candidate, state, step.amount * times)
    if step.off_basis_points:
        return _part(candidate, state, step.off_basis_points)
    return []


def _step_gift(candidate: Candidate, step: Step, times: int) -> Gift:
    return Gift(
        what=candidate.discount.what,
        code=candidate.code,
        sku=step.gift_sku,
        quantity=step.gift_quantity * times,
        coupon_type="" if step.gift_sku else step.gift_coupon_type,
    )


def _off(candidate: Candidate, state: State, amount: int) -> Parts:
    cap = candidate.discount.cap_amount
    if cap is not None and amount > cap:
        amount = cap
    return allocation.spread(amount, candidate.lines, state.amounts)


def _part(candidate: Candidate, state: State, basis_points: int) -> Parts:
    """A part of a hundred of each line, of the running or of the initial amount."""
    found = _parts(candidate, state, basis_points)
    cap = candidate.discount.cap_amount
    if cap is not None and allocation.total(found) > cap:
        return allocation.spread(cap, candidate.lines, state.amounts)
    return found


def _parts(candidate: Candidate, state: State, basis_points: int) -> Parts:
    amounts, off = state.amounts, allocation.off
    if not state.table.is_initial:
        found = [(index, off(amounts[index], basis_points)) for index in candidate.lines]
    else:
        gross = state.table.gross
        found = [
            (index, min(amounts[index], off(gross[index], basis_points)))
            for index in candidate.lines
        ]
    return [one for one in found if one[1]]


def _lowered(state: State, parts: Parts) -> Take:
    table = state.table
    if table.floors is None:
        return Take(parts, [])
    kept, cuts = states.guarded(table, state.amounts, parts)
    return Take(kept, cuts)


_WAYS: Mapping[str, Callable[[Candidate, State], Take | Miss]] = {
    entries.FREIGHT: _freight,
    entries.BUNDLE: pieces.bundled,
    entries.MULTIPLIER: _multiplier,
    entries.STEPS: _steps,
    entries.GIFT: _gift,
    entries.EXCHANGE: pieces.exchanged,
    entries.PRICE: _price,
    entries.HUNDREDTHS: _hundredths,
    entries.MONEY: _money,
}
