"""Redemptions beside `pgbench -N`: spread over many members, and all from one."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection

from tests.benchmarks import population, postgres

CLIENTS = 8
FEW, MANY = 4, 64
_HOT_POINTS = 10**9
# The statement of loyalty.services.plain_redeems; a point each, so that nobody runs dry.
_SCRIPT = """\
\\set n :n + 1
\\set m random({first}, {last})
SELECT loyalty_redeem(:m, 1, 'payment', '{tag}:' || :client_id || ':' || :n, '{at}',
    uuidv7(), 'loyalty.points.redeemed', '{{}}');
"""


@dataclass(frozen=True)
class Round:
    """Redemptions a second: `pgbench -N` and ours over many members, and from one member."""

    standard: float
    uniform: float
    hot_few: float
    hot_many: float


def rounds(count: int, folder: Path, *, members: int, seconds: float, at: datetime) -> list[Round]:
    """Measures in interleaved rounds; makes members with 200 usable points first."""
    due = population.Due(lapses=0, begins=0, reminded=0)
    first = population.fill(members, at=at, due=due)
    _make_rich(first)
    bench = _Bench(folder, first, first + members - 1, seconds, at)
    bench.run("warm", CLIENTS)
    return [bench.round(number) for number in range(count)]


@dataclass(frozen=True)
class _Bench:
    folder: Path
    first: int
    last: int
    seconds: float
    at: datetime

    def round(self, number: int) -> Round:
        return Round(
            standard=postgres.pgbench("-N", clients=CLIENTS, seconds=self.seconds).per_second,
            uniform=self.run(f"u{number}", CLIENTS),
            hot_few=self.run(f"f{number}", FEW, is_hot=True),
            hot_many=self.run(f"m{number}", MANY, is_hot=True),
        )

    def run(self, tag: str, clients: int, *, is_hot: bool = False) -> float:
        file = self.folder / f"redeem-{tag}.sql"
        last = self.first if is_hot else self.last
        file.write_text(
            _SCRIPT.format(first=self.first, last=last, tag=tag, at=self.at.isoformat())
        )
        before = _redeemed()
        done = postgres.pgbench(
            *("--file", str(file), "--define", "n=0"),
            role=postgres.APP,
            clients=clients,
            seconds=self.seconds,
        )
        # A refusal is quick, and would flatter the figure. Connecting takes a second of the time.
        assert _redeemed() - before >= done.per_second * (self.seconds - 1) * 0.9
        return done.per_second


def _redeemed() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM loyalty_ledgerentry WHERE kind = 'REDEEM'")
        return int(cursor.fetchone()[0])


def _make_rich(member_id: int) -> None:
    """So many points that the hot member never runs dry."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE loyalty_lot SET earned_points = earned_points + %s,"
            " remaining_points = remaining_points + %s"
            " WHERE member_id = %s AND is_open AND NOT is_pending",
            [_HOT_POINTS, _HOT_POINTS, member_id],
        )
        cursor.execute(
            "UPDATE loyalty_account SET active_points = active_points + %s WHERE member_id = %s",
            [_HOT_POINTS, member_id],
        )
