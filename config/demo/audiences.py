"""The campaigns of The Complete Journey: when each ran, and which households it was for.

The data name 27 campaigns and 6,589 pairs of campaign and household. They don't say who got a
letter, who read it or which coupons lay in it (docs/decisions/0117-effects-of-campaigns.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from config.demo import journey


@dataclass(frozen=True)
class Mailing:
    """A campaign for `households`, from `first_on` through `last_on`."""

    campaign: int
    kind: str
    first_on: date
    last_on: date
    households: tuple[int, ...]

    @property
    def code(self) -> str:
        return code_of(self.campaign)


def code_of(campaign: int) -> str:
    """The code of the campaign; its coupon types begin with it."""
    return f"cj-{campaign:02d}"


@cache
def mailings() -> tuple[Mailing, ...]:
    """All 27, by number."""
    return tuple(_mailings())


def _mailings() -> Iterator[Mailing]:
    pairs = journey.table("campaigns").drop_duplicates()
    audiences = {
        int(number): tuple(sorted(int(one) for one in part.household_id))
        for number, part in pairs.groupby("campaign_id")
    }
    for told in journey.table("campaign_descriptions").itertuples():
        number = int(told.campaign_id)
        yield Mailing(
            campaign=number,
            kind=str(told.campaign_type),
            first_on=told.start_date.date(),
            last_on=told.end_date.date(),
            households=audiences.get(number, ()),
        )
