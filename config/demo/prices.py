"""What the demo's products cost on the shelf, and what the shop paid for them.

The shelf's price is the data's own: the median over the year's lines of gross ÷ quantity. What the
retailer paid isn't in the data; the demo invents it, 58 to 80 % of the price by product.
"""

from config.demo.baskets import Baskets
from config.demo.people import Dice

_STEP_AMOUNT = 10
_COST_FROM, _COST_SPAN = 58, 23


def list_prices(told: Baskets) -> dict[int, int]:
    """By product, in minor units, to the tenth of a yuan; products only ever given away have
    none."""
    import numpy as np

    gross = told.net + told.discount
    rows = np.flatnonzero((told.quantity > 0) & (gross > 0))
    product, unit = told.product[rows], gross[rows] // told.quantity[rows]
    order = np.lexsort((unit, product))
    product, unit = product[order], unit[order]
    found, first, count = np.unique(product, return_index=True, return_counts=True)
    median = unit[first + count // 2]
    rounded = np.maximum(_STEP_AMOUNT, (median + _STEP_AMOUNT // 2) // _STEP_AMOUNT * _STEP_AMOUNT)
    return {int(one): int(price) for one, price in zip(found, rounded, strict=True)}


def cost(product: int, list_price_amount: int) -> int:
    """What the shop paid for a piece: always the same for the same product and price."""
    percent = _COST_FROM + Dice(product, about="cost").number("percent", _COST_SPAN)
    return list_price_amount * percent // 100
