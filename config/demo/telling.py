"""The baskets of a plan, read once at most; a forked process has them already."""

from functools import cache

from config.demo import baskets, journey
from config.demo.baskets import Baskets
from config.demo.plans import Plan


@cache
def whole(plan: Plan) -> Baskets:
    """All baskets of the plan, in time order.

    Raises:
        PackageMissing: the extra `demo` isn't installed.
    """
    year = journey.read(households=plan.households)
    return baskets.tell(year, edition=plan.edition, shift_days=plan.shift_days, until=plan.until)


def shard(plan: Plan, number: int) -> Baskets:
    """The baskets of one process."""
    return list(baskets.shards(whole(plan), count=plan.shards))[number]


def sold(plan: Plan) -> list[int]:
    """Ids of the products on any line of the plan, in order."""
    import numpy as np

    told = whole(plan)
    return [int(product) for product in np.unique(told.product)]


def stores(plan: Plan) -> list[int]:
    import numpy as np

    return [int(store) for store in np.unique(whole(plan).store)]
