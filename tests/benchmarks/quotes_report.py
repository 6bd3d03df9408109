"""G7 and G8 in words."""

import statistics
from collections.abc import Sequence

from tests.benchmarks.quotes import MANY, Measured
from tests.benchmarks.quotes_http import Round
from tests.benchmarks.report import goal, say


def engine(found: Measured) -> None:
    say()
    goal("G7", "a quote, 1,000 offers, 10 lines, µs", found.usual_us, 25, stretch=10, most=True)
    goal("G7", "  1,000 offers ÷ 200", found.usual_us / found.few_us, 1.1, most=True)
    say("\nAlso, µs of one quote among 1,000 offers, the least of many bursts:")
    for what, figure in (
        ("10 lines, none touched but by the order's offer", found.untouched_us),
        ("10 lines, five with a price of their own", found.five_us),
        ("50 lines, none touched but by the order's offer", found.long_untouched_us),
        ("50 lines, five with a price of their own", found.long_us),
        (f"only asking {MANY:,} offers for 10 lines, one by one", found.naive_us),
    ):
        say(f"  {what:<52} {figure:>10,.1f}")


def over_http(rounds: Sequence[Round]) -> None:
    say()
    ratio = statistics.median(one.quotes / one.empty for one in rounds)
    goal("G8", "quotes over HTTP ÷ an empty view", ratio, 0.6, stretch=0.8)
    say("\nAlso, medians:")
    for what, figures in (
        ("quotes a second", [one.quotes for one in rounds]),
        ("empty views a second", [one.empty for one in rounds]),
        ("web server µs, a quote", [one.quote_us for one in rounds]),
        ("web server µs, an empty view", [one.empty_us for one in rounds]),
        ("median ms of a quote", [one.median_ms for one in rounds]),
    ):
        say(f"  {what:<44} {statistics.median(figures):>10,.1f}")
