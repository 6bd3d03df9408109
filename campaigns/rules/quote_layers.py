"""What one discount takes off the running amounts, layer by layer.

Source: docs/algorithms/quotes.md, "Order of evaluation".
"""

from campaigns.rules import quote_allocation as allocation
from campaigns.rules import quote_pieces as pieces
from campaigns.rules import quote_states as states
from campaigns.rules import quote_thresholds as thresholds
from campaigns.rules.quote_allocation import Parts
from campaigns.rules.quote_candidates import Candidate
from campaigns.rules.quote_shapes import COUPON, Discount, Form, Gift, Layer, Step
from campaigns.rules.quote_states import Miss, State, Take


def take(candidate: Candidate, state: State) -> Take | Miss:
    """What a discount beyond item prices takes now, or why it takes nothing."""
    missed = thresholds.missed(
        candidate.discount, state.table, candidate.lines, _base(candidate, state)
    )
    if missed is not None:
        return missed
    found = _take(candidate, state)
    if isinstance(found, Miss):
        return found
    if candidate.budget is not None and found.amount > candidate.budget:
        return Miss("budget")
    return found if found.score else Miss("margin" if found.cuts else "lower_value")


def _base(candidate: Candidate, state: State) -> list[int]:
    """The amounts on which its thresholds are taken: after item prices for offers, before any
    coupon for coupons, at last for freight."""
    if candidate.discount.what == COUPON:
        return state.before_coupons
    return state.amounts if candidate.layer is Layer.SHIPPING else state.after_items


def _take(candidate: Candidate, state: State) -> Take | Miss:
    discount = candidate.discount
    if candidate.layer is Layer.SHIPPING:
        return Take(shipping=_off_freight(discount, state.shipping))
    if candidate.layer is Layer.BUNDLE:
        return pieces.bundled(candidate, state)
    if discount.form is Form.MULTIPLIER:
        return Take(multiplier=discount.multiplier_percent)
    if discount.steps:
        return _stepped(candidate, state)
    if discount.form is Form.GIFT:
        return _given(candidate)
    if discount.form is Form.PRICE and discount.what == COUPON:
        return pieces.exchanged(candidate, state)
    return _lowered(candidate, state, _parts(candidate, state))


def _parts(candidate: Candidate, state: State) -> Parts:
    discount = candidate.discount
    if discount.form is Form.PERCENT_OFF:
        return _hundredths(candidate, state, discount.off_basis_points)
    if discount.form is Form.PRICE:
        whole = sum(state.amounts[index] for index in candidate.lines)
        return allocation.spread(whole - discount.amount, candidate.lines, state.amounts)
    return _money(candidate, state, discount.amount)


def _money(candidate: Candidate, state: State, amount: int) -> Parts:
    cap = candidate.discount.cap_amount
    amount = amount if cap is None else min(amount, cap)
    return allocation.spread(amount, candidate.lines, state.amounts)


def _hundredths(candidate: Candidate, state: State, basis_points: int) -> Parts:
    """A part of a hundred of each line, of the running or of the initial amount."""
    amounts, table = state.amounts, state.table
    if table.is_initial:
        gross = table.gross
        found = [
            (index, min(amounts[index], allocation.off(gross[index], basis_points)))
            for index in candidate.lines
        ]
    else:
        found = [(index, allocation.off(amounts[index], basis_points)) for index in candidate.lines]
    cap = candidate.discount.cap_amount
    if cap is not None and allocation.total(found) > cap:
        return allocation.spread(cap, candidate.lines, amounts)
    return [(index, part) for index, part in found if part]


def _stepped(candidate: Candidate, state: State) -> Take | Miss:
    discount = candidate.discount
    reached = thresholds.step(discount, state.table, candidate.lines, _base(candidate, state))
    if isinstance(reached, Miss):
        return reached
    number, times = reached
    step = discount.steps[number]
    parts: Parts = []
    if step.amount:
        parts = _money(candidate, state, step.amount * times)
    elif step.off_basis_points:
        parts = _hundredths(candidate, state, step.off_basis_points)
        times = times if step.gift_sku or step.gift_coupon_type else 1
    found = _lowered(candidate, state, parts)
    found.times = times
    if step.gift_sku or step.gift_coupon_type:
        found.gifts = (_gift(candidate, step, times),)
        found.gift_value = candidate.entry.gift_values[number] * times
    return found


def _gift(candidate: Candidate, step: Step, times: int) -> Gift:
    return Gift(
        what=candidate.discount.what,
        code=candidate.code,
        sku=step.gift_sku,
        quantity=step.gift_quantity * times,
        coupon_type="" if step.gift_sku else step.gift_coupon_type,
    )


def _given(candidate: Candidate) -> Take:
    discount = candidate.discount
    gift = Gift(
        what=discount.what, code=candidate.code, sku=discount.gift_sku, quantity=discount.quantity
    )
    return Take(gifts=(gift,), gift_value=sum(candidate.entry.gift_values))


def _lowered(candidate: Candidate, state: State, parts: Parts) -> Take:
    kept, cuts = states.guarded(state.table, state.amounts, parts)
    return Take(kept, cuts)


def _off_freight(discount: Discount, shipping: int) -> int:
    """All of it; at most `cap_amount`, or less by another form."""
    if discount.form is Form.PERCENT_OFF:
        shipping = allocation.off(shipping, discount.off_basis_points)
    elif discount.form is Form.AMOUNT_OFF:
        shipping = min(shipping, discount.amount)
    elif discount.form is Form.PRICE:
        shipping = max(0, shipping - discount.amount)
    return shipping if discount.cap_amount is None else min(shipping, discount.cap_amount)
