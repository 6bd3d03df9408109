"""Five classes of customers, by how often and how lately they bought.

Source: docs/algorithms/classes.md.
"""

from dataclasses import dataclass

CLASSES = ("loyal", "occasional", "potential", "lost", "non_customer")


@dataclass(frozen=True, kw_only=True)
class Cuts:
    """Orders are paid orders; days are whole days since the last one."""

    loyal_orders_count: int = 5
    loyal_days: int = 60
    lost_orders_count: int = 3
    lost_days: int = 180


@dataclass(frozen=True, kw_only=True)
class Buying:
    """`recency_days` is None without a paid order; `orders_count` counts all of a life,
    `year_orders_count` those of 365 days."""

    recency_days: int | None
    orders_count: int = 0
    year_orders_count: int = 0


def customer_class(buying: Buying, cuts: Cuts) -> str:
    """One of `CLASSES`; the first that fits: non-customer, lost, loyal, potential, occasional."""
    recency = buying.recency_days
    if recency is None:
        return "non_customer"
    if buying.orders_count >= cuts.lost_orders_count and recency > cuts.lost_days:
        return "lost"
    if buying.year_orders_count >= cuts.loyal_orders_count and recency <= cuts.loyal_days:
        return "loyal"
    return "potential" if buying.orders_count == 1 else "occasional"
