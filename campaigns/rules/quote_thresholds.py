"""Thresholds: the amount and the number of pieces from which a discount applies."""

from collections.abc import Sequence

from campaigns.rules.quote_shapes import Discount, Step
from campaigns.rules.quote_states import Miss
from campaigns.rules.quote_tables import Table
from loyalty.rules.earning_facts import whole


def missed(
    discount: Discount, table: Table, lines: Sequence[int], amounts: Sequence[int]
) -> Miss | None:
    """What is missing to the discount's own thresholds; None: they are reached."""
    return _missing(discount.min_amount, discount.min_quantity, table, lines, amounts)


def step(
    discount: Discount, table: Table, lines: Sequence[int], amounts: Sequence[int]
) -> tuple[int, int] | Miss:
    """The number of the highest step reached, and how often it counts; or what is missing to the
    lowest. 每满: as often as its thresholds go into what there is."""
    steps = discount.steps
    amount = sum([amounts[index] for index in lines])
    if len(steps) == 1 and amount >= steps[0].min_amount and not steps[0].min_quantity:
        return 0, _times(discount, steps[0], amount, table, lines) if discount.is_repeated else 1
    reached = -1
    for number, one in enumerate(steps):
        if amount < one.min_amount:
            continue
        if one.min_quantity and table.pieces(lines) < one.min_quantity:
            continue
        if reached < 0 or _height(one) >= _height(discount.steps[reached]):
            reached = number
    if reached < 0:
        lowest = min(discount.steps, key=_height)
        found = _missing(lowest.min_amount, lowest.min_quantity, table, lines, amounts)
        return found or Miss("min_spend")
    return reached, _times(discount, discount.steps[reached], amount, table, lines)


def _height(one: Step) -> tuple[int, int]:
    return one.min_amount, one.min_quantity


def _times(discount: Discount, one: Step, amount: int, table: Table, lines: Sequence[int]) -> int:
    if not discount.is_repeated:
        return 1
    often = []
    if one.min_amount:
        often.append(amount // one.min_amount)
    if one.min_quantity:
        often.append(int(table.pieces(lines) // one.min_quantity))
    if discount.max_times is not None:
        often.append(discount.max_times)
    return min(often, default=1)


def _missing(
    min_amount: int, min_quantity: int, table: Table, lines: Sequence[int], amounts: Sequence[int]
) -> Miss | None:
    amount = sum([amounts[index] for index in lines])
    if amount < min_amount:
        return Miss("min_spend", {"missing_amount": min_amount - amount})
    if min_quantity and (pieces := table.pieces(lines)) < min_quantity:
        return Miss("min_quantity", {"missing_quantity": whole(min_quantity - pieces)})
    return None
