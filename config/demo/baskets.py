"""Orders as arrays: one row per basket, with where its lines begin and end.

A shard holds the baskets of some households in time order. A household's baskets are all in one
shard, so one process posts a member's orders, in the order in which they happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from config.demo import calendars
from config.demo.editions import Edition
from config.demo.journey import Year

if TYPE_CHECKING:
    from config.demo.journey import Array


@dataclass(frozen=True)
class Baskets:
    """Amounts are minor units of the edition's currency; `seconds` are UTC since 1970."""

    basket: "Array"
    household: "Array"
    store: "Array"
    seconds: "Array"
    first_line: "Array"
    last_line: "Array"
    product: "Array"
    quantity: "Array"
    net: "Array"
    discount: "Array"

    def __len__(self) -> int:
        return len(self.basket)

    @property
    def lines_count(self) -> int:
        return int((self.last_line - self.first_line).sum())

    def lines_between(self, first: int, last: int) -> int:
        return int((self.last_line[first:last] - self.first_line[first:last]).sum())


def tell(year: Year, *, edition: Edition, shift_days: int, until: int | None = None) -> Baskets:
    """The year's baskets in time order, in the edition's money and days.

    `until`, in UTC seconds, leaves out what hasn't happened yet when the year ends today.
    """
    import numpy as np

    first = np.flatnonzero(np.r_[True, year.basket[1:] != year.basket[:-1]])
    last = np.r_[first[1:], len(year)]
    seconds = calendars.instants(year.seconds[first], days=shift_days, zone=edition.time_zone)
    order = np.lexsort((year.basket[first], seconds))
    if until is not None:
        order = order[seconds[order] <= until]
    return Baskets(
        basket=year.basket[first][order],
        household=year.household[first][order],
        store=year.store[first][order],
        seconds=seconds[order],
        first_line=first[order],
        last_line=last[order],
        product=year.product,
        quantity=year.quantity,
        net=year.net * edition.money_factor,
        discount=year.discount * edition.money_factor,
    )


def shards(baskets: Baskets, *, count: int) -> Iterator[Baskets]:
    """The same baskets, by household, in `count` parts of about as many lines each."""
    import numpy as np

    lines = baskets.last_line - baskets.first_line
    shard_of = _shard_of(baskets.household, lines, count)
    for number in range(count):
        rows = np.flatnonzero(shard_of == number)
        yield Baskets(
            **{
                field.name: getattr(baskets, field.name)
                if field.name in LINE_FIELDS
                else getattr(baskets, field.name)[rows]
                for field in fields(Baskets)
            }
        )


LINE_FIELDS = frozenset({"product", "quantity", "net", "discount"})


def _shard_of(household: "Array", lines: "Array", count: int) -> "Array":
    """Deals the households out by size, to and fro, which balances better than by id."""
    import numpy as np

    households, place = np.unique(household, return_inverse=True)
    weight = np.bincount(place, weights=lines)
    turn = np.arange(len(households)) % (2 * count)
    turn = np.minimum(turn, 2 * count - 1 - turn)
    shard = np.empty(len(households), dtype=np.int64)
    shard[np.argsort(-weight, kind="stable")] = turn
    return shard[place]
