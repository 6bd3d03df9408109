"""Redemptions and the night, in words."""

import statistics
from collections.abc import Callable, Sequence

from tests.benchmarks.nights import Expiry, Review
from tests.benchmarks.redemptions import Round
from tests.benchmarks.report import goal, say


def redemptions(rounds: Sequence[Round]) -> None:
    def median(figure: Callable[[Round], float]) -> float:
        return statistics.median(figure(one) for one in rounds)

    say()
    uniform = median(lambda one: one.uniform / one.standard)
    hot = median(lambda one: one.hot_many / one.hot_few)
    goal("G4", "redemption ÷ pgbench -N, uniform", uniform, 0.9, stretch=1.7)
    goal("G5", "one hot member, 64 clients ÷ 4 clients", hot, 0.6, stretch=0.8)
    for name, figure in _FIGURES.items():
        say(f"  {name:<44} {median(figure):>10,.1f}")


_FIGURES: dict[str, Callable[[Round], float]] = {
    "pgbench -N, a second": lambda one: one.standard,
    "redemptions, uniform, a second": lambda one: one.uniform,
    "redemptions, one member, 4 clients": lambda one: one.hot_few,
    "redemptions, one member, 64 clients": lambda one: one.hot_many,
}


def expiry(found: Expiry) -> None:
    say()
    ratio = found.loop_seconds / found.night_seconds
    goal("G10", f"expiry of {found.lots:,} lots ÷ ORM loop", ratio, 50, stretch=120)
    goal("G10", "  longest lock, ms", found.longest_ms, 300, most=True)
    goal("G16", "  memory of the night, MB", found.memory_mb, 500, most=True)
    say(f"  {'ORM loop, µs for a lot (of a sample)':<44} {found.loop_seconds * 1e6:>10,.1f}")
    say(f"  {'night, µs for a lot':<44} {found.night_seconds * 1e6:>10,.1f}")


def review(found: Review) -> None:
    ratio = found.review_seconds / found.count_seconds
    goal("G11", f"tiers of {found.members:,} members ÷ count(*)", ratio, 3, most=True)
