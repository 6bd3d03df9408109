"""How long ago a member bought last, in bands: active, warm, dormant, lost, and who never bought.

Source: docs/algorithms/life-cycle.md.
"""

from dataclasses import dataclass

BANDS = ("active", "warm", "dormant", "lost", "never")


@dataclass(frozen=True, kw_only=True)
class Cuts:
    """The last day of each band, in days since the last order; ascending."""

    active_days: int = 30
    warm_days: int = 60
    dormant_days: int = 90


def band(recency_days: int | None, cuts: Cuts) -> str:
    """One of `BANDS`; None is who has no paid order."""
    if recency_days is None:
        return "never"
    limits = (
        (cuts.active_days, "active"),
        (cuts.warm_days, "warm"),
        (cuts.dormant_days, "dormant"),
    )
    return next((name for limit, name in limits if recency_days <= limit), "lost")
