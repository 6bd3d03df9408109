"""The measured server: its processor time, its counters, and pgbench beside us."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.db import connection

from config.local import binaries, processes

_TICKS = os.sysconf("SC_CLK_TCK")
_RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_COUNT = re.compile(r"^number of transactions actually processed: (\d+)", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: (\d+)", re.MULTILINE)
OWNER = "DATABASE_OWNER_URL"
APP = "DATABASE_URL"


@dataclass(frozen=True)
class Run:
    """What one measured run did: transactions a second, and server µs of processor for each."""

    per_second: float
    server_us: float


def processor_seconds() -> float:
    """Processor time of the postmaster and all that it started, the ended ones included."""
    children = sum(_seconds(pid, with_ended=False) for pid in _children())
    return children + _seconds(_postmaster(), with_ended=True)


def pgbench(*arguments: str, role: str = OWNER, clients: int = 8, seconds: float = 5) -> Run:
    """A run of pgbench with its defaults; two threads drive the clients."""
    before, backends = processor_seconds(), len(_children())
    output = _pgbench(
        *("--no-vacuum", "--time", str(round(seconds))),
        *("--client", str(clients), "--jobs", "2", *arguments),
        role=role,
    )
    # What a backend used is its parent's to tell only once it is gone.
    processes.wait_until(lambda: len(_children()) <= backends, seconds=5)
    spent = processor_seconds() - before
    failed = _FAILED.search(output)
    assert failed is None or failed[1] == "0", output
    count = int(_found(_COUNT, output))
    return Run(float(_found(_RATE, output)), spent / count * 1e6)


def fill_pgbench(*, scale: int) -> None:
    """The tables of `pgbench -N`."""
    _pgbench("--initialize", "--quiet", "--scale", str(scale), role=OWNER)


def analyze() -> None:
    """Statistics of what the set-up filled, as a server that has run for a day has them."""
    with psycopg.connect(os.environ[OWNER], autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")


def updates(table: str) -> tuple[int, int]:
    """(updates, of them on the row's own page) since the server counts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = %s", [table]
        )
        found: tuple[int, int] = cursor.fetchone()
        return found


def _pgbench(*arguments: str, role: str) -> str:
    program = binaries.postgres_programs(None) / "pgbench"
    done = subprocess.run(
        [program, *arguments, os.environ[role]], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


def _found(pattern: re.Pattern[str], output: str) -> str:
    match = pattern.search(output)
    assert match is not None, output
    return match[1]


def _children() -> list[int]:
    postmaster = _postmaster()
    pids = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    return [pid for pid in pids if _parent(pid) == postmaster]


def _postmaster() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return _parent(cursor.fetchone()[0])


def _parent(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def _seconds(pid: int, *, with_ended: bool) -> float:
    fields = _stat(pid)
    if not fields:
        return 0.0
    return sum(int(field) for field in fields[11 : 15 if with_ended else 13]) / _TICKS


def _stat(pid: int) -> list[str]:
    """Fields of /proc/<pid>/stat from the state on; none when the process is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    return text.rpartition(")")[2].split()
