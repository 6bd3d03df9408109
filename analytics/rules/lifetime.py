"""What a member brings over the years, by hand: the simple formula beside the model's."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, kw_only=True)
class Year:
    """A year's sales to members in minor units, their paid orders and how many bought; those who
    bought in its first half, and those of them who didn't in its second."""

    sales: int
    orders: int
    buyers: int
    first_half_buyers: int
    gone: int

    @property
    def churn(self) -> Fraction | None:
        """The share of buyers lost in a year; None where nobody bought in the first half.

        Of two halves alike: with h lost in one, (1 − h)² are left after both.
        """
        if not self.first_half_buyers:
            return None
        left = 1 - Fraction(self.gone, self.first_half_buyers)
        return 1 - left * left


def value(year: Year, margin_percent: Fraction) -> Fraction | None:
    """Average order × orders a year × expected years (1 ÷ churn) × margin, in minor units, exact.

    None where nothing was bought, or nobody was lost: then the years have no end.
    """
    if not year.orders or not year.buyers or not year.churn:
        return None
    average_order = Fraction(year.sales, year.orders)
    orders_a_year = Fraction(year.orders, year.buyers)
    return average_order * orders_a_year / year.churn * margin_percent / 100
