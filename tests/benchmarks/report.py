"""What was measured, in words: name, value, limit, ratio."""

import statistics
from collections.abc import Callable, Mapping, Sequence

from tests.benchmarks import behavior_events
from tests.benchmarks.measurements import Round

_MOST = {"order": 3, "batch of 500": 5}


def say(text: str = "") -> None:
    print(text, flush=True)


def show(rounds: Sequence[Round], hot: Mapping[str, float], statements: Mapping[str, int]) -> None:
    def median(figure: Callable[[Round], float]) -> float:
        return statistics.median(figure(one) for one in rounds)

    say()
    goal("G1", "order over HTTP ÷ pgbench, same posting", median(_http), 0.30, stretch=0.45)
    goal("G2", "batches of 500 over HTTP ÷ pgbench single", median(_batch), 4, stretch=6)
    goal("G3", "database CPU per order ÷ pgbench -N", median(_cpu), 1.2, stretch=1.0, most=True)
    goal("G3", "  the posting by itself", median(_posting_cpu), 1.2, stretch=1.0, most=True)
    goal("G14", "HOT share, accounts", hot["loyalty_account"], 0.99)
    goal("G14", "HOT share, lots", hot["loyalty_lot"], 0.99)
    for name, count in statements.items():
        goal("G15", f"statements, {name}", count, _MOST.get(name), most=True)
    say("\nAlso, medians; µs are processor time for one order:")
    for name, figure in _FIGURES.items():
        say(f"  {name:<44} {median(figure):>10,.1f}")


def _http(one: Round) -> float:
    return one.http.per_second / one.posting.per_second


def _batch(one: Round) -> float:
    return one.batch.per_second / one.posting.per_second


def _cpu(one: Round) -> float:
    return one.http.server_us / one.standard.server_us


def _posting_cpu(one: Round) -> float:
    return one.posting.server_us / one.standard.server_us


_FIGURES: dict[str, Callable[[Round], float]] = {
    "pgbench -N, a second": lambda one: one.standard.per_second,
    "pgbench with our posting, a second": lambda one: one.posting.per_second,
    "orders over HTTP, a second": lambda one: one.http.per_second,
    "orders in batches, a second": lambda one: one.batch.per_second,
    "database µs, pgbench -N": lambda one: one.standard.server_us,
    "database µs, pgbench with our posting": lambda one: one.posting.server_us,
    "database µs, order over HTTP": lambda one: one.http.server_us,
    "database µs, order in a batch": lambda one: one.batch.server_us,
    "web server µs, order over HTTP": lambda one: one.web_us,
    "web server µs, order in a batch": lambda one: one.web_batch_us,
    "our load generator's µs, order": lambda one: one.till_us,
    "HTTP latency, median ms": lambda one: one.median_ms,
    "HTTP latency, 99 of 100 ms": lambda one: one.slow_ms,
}


def events(rounds: Sequence[behavior_events.Round]) -> None:
    """G17: a batch of 500 beside 500 single events."""

    def median(figure: Callable[[behavior_events.Round], float]) -> float:
        return statistics.median(figure(one) for one in rounds)

    say()
    faster = median(lambda one: one.batch.per_second / one.single.per_second)
    goal("G17", "events in batches of 500 ÷ single ones", faster, 8, stretch=12)
    goal(
        "G17",
        "  database CPU, single ÷ in a batch",
        median(lambda one: one.single.server_us / one.batch.server_us),
        8,
        stretch=12,
    )
    say("\nAlso, medians:")
    for name, way in (
        ("in a batch", "batch"),
        ("in a batch, by visitors", "visitors"),
        ("single", "single"),
    ):
        spent = [getattr(one, way) for one in rounds]
        say(
            f"  {name:<26} {statistics.median(one.per_second for one in spent):>10,.0f} a second,"
            f" database µs {statistics.median(one.server_us for one in spent):>7,.1f},"
            f" our µs {statistics.median(one.own_us for one in spent):>7,.1f}"
        )


def goal(
    name: str,
    what: str,
    value: float,
    limit: float | None,
    *,
    stretch: float | None = None,
    most: bool = False,
) -> None:
    """A line for one goal: the value, its limit, and whether it is met."""
    if limit is None:
        say(f"{name:<4} {what:<44} {value:>8.3f}")
        return
    is_met = value <= limit if most else value >= limit
    sign = "≤" if most else "≥"
    aim = f", stretch {stretch:g}" if stretch is not None else ""
    ratio = value / limit
    say(
        f"{name:<4} {what:<44} {value:>8.3f}  goal {sign} {limit:g}{aim}"
        f"  ratio {ratio:.2f}  {'met' if is_met else 'MISSED'}"
    )
