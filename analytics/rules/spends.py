"""What of a spend falls into a period."""

from datetime import date
from fractions import Fraction


def within(amount: int, spent: tuple[date, date], period: tuple[date, date]) -> Fraction:
    """The part of `amount` that falls into `period`, by days; all days are included, both ends.

    Exact: parts over periods that make up the whole make up the amount. 3,100 fen over 1–31
    January have 100 in each day.
    """
    first, last = max(spent[0], period[0]), min(spent[1], period[1])
    days = max((last - first).days + 1, 0)
    return Fraction(amount * days, (spent[1] - spent[0]).days + 1)
