"""`make bench`: the goals of performance on the finished path.

    make bench ARGS='--rounds 5 --seconds 10 --members 20000'

Every figure is a ratio of two measurements of the same round, and the median over the rounds:
absolute times mean nothing on shared machines. Source: docs/performance.md.
"""

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from tests.benchmarks.shop import Shop


_PARTS = ("orders", "points", "quotes", "events", "analytics", "segments", "campaigns")


def main() -> None:
    django.setup()
    from tests.benchmarks import postgres, report, shop

    options = _options()
    report.say(f"{options.members} members, {options.rounds} rounds of {options.seconds} s")
    made = shop.open_shop(options.members)
    postgres.fill_pgbench(scale=options.scale)
    if options.only in ("", "orders"):
        _orders(options, made)
    if options.only in ("", "points"):
        _points(options)
    if options.only in ("", "quotes"):
        _quotes(options, made)
    if options.only in ("", "events"):
        _events(options, made)
    if options.only in ("", "analytics"):
        _analytics(options)
    if options.only in ("", "segments"):
        _segments(options)
    if options.only in ("", "campaigns"):
        _campaigns(options)


def _orders(options: argparse.Namespace, made: "Shop") -> None:
    from tests.benchmarks import measurements, report, web

    with web.running() as server, tempfile.TemporaryDirectory() as folder:
        bench = measurements.Bench(
            made, server, Path(folder), seconds=options.seconds, lines=options.lines
        )
        bench.warm_up()
        rounds = [bench.round(number) for number in range(options.rounds)]
        report.show(rounds, bench.hot_updates(), bench.statements())


def _points(options: argparse.Namespace) -> None:
    from django.utils import timezone

    from tests.benchmarks import nights, points_report, redemptions

    at = timezone.now()
    with tempfile.TemporaryDirectory() as folder:
        measured = redemptions.rounds(
            options.rounds,
            Path(folder),
            members=options.crowd,
            seconds=options.seconds,
            at=at,
        )
    points_report.redemptions(measured)
    points_report.expiry(nights.expiry(options.lots, options.rounds, at=at))
    points_report.review(nights.review(at=at))


def _quotes(options: argparse.Namespace, made: "Shop") -> None:
    from tests.benchmarks import quotes, quotes_http, quotes_report, web

    quotes_report.engine(quotes.measure(options.rounds))
    quotes_http.stock()
    with web.running() as server:
        # The first quote of each worker reads and compiles the thousand offers.
        quotes_http.measure(made, server, seconds=15)
        rounds = [
            quotes_http.measure(made, server, seconds=options.seconds)
            for _ in range(options.rounds)
        ]
    quotes_report.over_http(rounds)


def _events(options: argparse.Namespace, made: "Shop") -> None:
    from tests.benchmarks import behavior_events, report

    report.events(behavior_events.measure(made, options.rounds))


def _analytics(options: argparse.Namespace) -> None:
    from django.utils import timezone

    from analytics.selectors import spans
    from loyalty.rules import calendar
    from tests.benchmarks import analytics, dashboards, facts, postgres, purchases

    at = timezone.now()
    purchases.fill(options.buyers, orders=10 * options.buyers, at=at)
    facts.show(facts.rebuild())
    as_of = calendar.local_day(at, spans.zone())
    analytics.show(analytics.measure(options.rounds, as_of=as_of))
    dashboards.nights(2, at=at)
    dashboards.segment(at=at)
    postgres.analyze()
    dashboards.show(dashboards.measure(options.rounds))


def _segments(options: argparse.Namespace) -> None:
    from django.utils import timezone

    from tests.benchmarks import purchases, segments

    at = timezone.now()
    if options.only:
        # Else the buyers of the part before stand there.
        purchases.fill(options.buyers, orders=3 * options.buyers, at=at)
    segments.fill(at=at)
    segments.show(segments.measure(options.rounds, at=at))


def _campaigns(options: argparse.Namespace) -> None:
    from django.utils import timezone

    from tests.benchmarks import campaigns, population

    at = timezone.now()
    if options.only:
        # Else those of the parts before stand there.
        population.fill(options.audience, at=at)
    campaigns.fill(at=at)
    campaigns.show(campaigns.measure(at=at))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("--members", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--lines", type=int, default=1, help="lines of an order")
    parser.add_argument("--crowd", type=int, default=100_000, help="members who redeem")
    parser.add_argument("--lots", type=int, default=250_000, help="lots that expire")
    parser.add_argument("--only", choices=("", *_PARTS), default="")
    parser.add_argument("--buyers", type=int, default=100_000, help="members with ten orders each")
    parser.add_argument("--audience", type=int, default=100_000, help="members of a campaign")
    parser.add_argument("--scale", type=int, default=10, help="of pgbench's own tables")
    return parser.parse_args()


if __name__ == "__main__":
    main()
