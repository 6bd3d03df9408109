"""The baskets of a plan, read once per process or handed over by the one that read them."""

from functools import cache
from pathlib import Path

from config.demo import baskets, journey
from config.demo.baskets import Baskets
from config.demo.plans import Plan

_handed_over: dict[int, Path] = {}


def hand_over(folder: Path, *, shard: int) -> None:
    """From now on this process maps the shard that another one saved in `folder`."""
    _handed_over[shard] = folder


@cache
def whole(plan: Plan) -> Baskets:
    """All baskets of the plan, in time order.

    Raises:
        PackageMissing: the extra `demo` isn't installed.
    """
    year = journey.read(households=plan.households)
    return baskets.tell(
        year, edition=plan.edition, shift_days=plan.shift_days, until=plan.until
    )


def shard(plan: Plan, number: int) -> Baskets:
    """The baskets of one process."""
    if number in _handed_over:
        return Baskets.open(_handed_over[number])
    return list(baskets.shards(whole(plan), count=plan.shards))[number]


def sold(plan: Plan) -> list[int]:
    """Ids of the products on any line of the plan, in order."""
    import numpy as np

    told = whole(plan)
    return [int(product) for product in np.unique(told.product)]


def stores(plan: Plan) -> list[int]:
    import numpy as np

    return [int(store) for store in np.unique(whole(plan).store)]
