"""`make bench`: the goals of performance on the finished path.

    make bench ARGS='--rounds 5 --seconds 10 --members 20000'

Every figure is a ratio of two measurements of the same round, and the median over the rounds:
absolute times mean nothing on shared machines. Source: docs/performance.md.
"""

import argparse
import tempfile
from pathlib import Path

import django


def main() -> None:
    django.setup()
    from tests.benchmarks import measurements, postgres, report, shop, web

    options = _options()
    report.say(f"{options.members} members, {options.rounds} rounds of {options.seconds} s")
    made = shop.open_shop(options.members)
    postgres.fill_pgbench(scale=options.scale)
    with web.running() as server, tempfile.TemporaryDirectory() as folder:
        bench = measurements.Bench(
            made, server, Path(folder), seconds=options.seconds, lines=options.lines
        )
        bench.warm_up()
        rounds = [bench.round(number) for number in range(options.rounds)]
        report.show(rounds, bench.hot_updates(), bench.statements())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("--members", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--lines", type=int, default=1, help="lines of an order")
    parser.add_argument("--scale", type=int, default=10, help="of pgbench's own tables")
    return parser.parse_args()


if __name__ == "__main__":
    main()
