"""RFM, cohorts and repurchase of a crowd: on our roll-ups, and by DuckDB on the same rows."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
from django.db import connection

from analytics.rules.policies import Policy
from analytics.selectors import asking, scoring, spans
from analytics.selectors.filters import Filters, Period
from analytics.selectors.measures import months, repurchase
from tests.benchmarks.crowd import AS_OF

# As many as the machine of the goals has cores: PostgreSQL's leader and a worker each.
THREADS = 2
_FILTERS = Filters(period=Period(from_on=date(2025, 12, 2), to_on=AS_OF))
_DAYS = (30, 60, 90)


@dataclass(frozen=True)
class Timed:
    """Seconds of one round, by question, for us and for the other engine."""

    ours: dict[str, float]
    theirs: dict[str, float]

    @property
    def ratio(self) -> float:
        return sum(self.ours.values()) / sum(self.theirs.values())


def rounds(count: int, *, from_orders: bool) -> list[Timed]:
    """Measures all three, one engine after the other; the answers must agree.

    The other engine reads the members' days, which our roll-ups are made of (`from_orders`), or
    the roll-ups themselves.
    """
    engine = _engine()
    questions = _OF_DAYS if from_orders else _OF_ROLLUPS
    found = []
    for _ in range(count):
        ours, our_answers = _timed(_OURS)
        theirs, their_answers = _timed(
            {
                name: lambda sql=sql: engine.execute(sql).fetchall()
                for name, sql in questions.items()
            }
        )
        _compare(our_answers, their_answers)
        found.append(Timed(ours, theirs))
    return found


def typical(measured: list[Timed]) -> float:
    return median(one.ratio for one in measured)


def _timed(questions: dict[str, Callable[[], Any]]) -> tuple[dict[str, float], dict[str, Any]]:
    seconds, answers = {}, {}
    for name, ask in questions.items():
        begun = time.perf_counter()
        answers[name] = ask()
        seconds[name] = time.perf_counter() - begun
    return seconds, answers


def _compare(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    for name, answer in ours.items():
        if sorted(answer) != sorted(tuple(map(_whole, row)) for row in theirs[name]):
            raise AssertionError(f"{name}: the two engines don't agree")


def _whole(value: Any) -> Any:
    return value if isinstance(value, date) or value is None else int(value)


def _rfm() -> list[tuple[Any, ...]]:
    """Members by their three scores, from the same query as the nightly run's."""
    with asking.together(timeout_seconds=600):
        asked = scoring.of(_FILTERS, policy=Policy(), zone=spans.zone())
        return asking.rows(
            f"SELECT r_score, f_score, m_score, count(*) FROM ({asked.sql}) s"
            " WHERE r_score IS NOT NULL GROUP BY 1, 2, 3",
            asked.params,
        )


def _cohorts() -> list[tuple[Any, ...]]:
    with asking.together(timeout_seconds=600):
        return [
            (one.month, later, count)
            for one in months.cohorts(_FILTERS)
            for later, count in enumerate(one.active)
            if count
        ]


def _repurchase() -> list[tuple[Any, ...]]:
    with asking.together(timeout_seconds=600):
        return [
            (one.days, one.first_base, one.first_repeated, one.all_base, one.all_repeated)
            for one in repurchase.repurchase(_FILTERS, _DAYS)
        ]


_OURS = {"RFM": _rfm, "cohorts": _cohorts, "repurchase": _repurchase}


def _engine() -> Any:
    """The same rows in DuckDB's own memory."""
    engine = duckdb.connect()
    engine.execute(f"SET threads = {THREADS}")
    for table, columns in _TABLES.items():
        engine.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
        _copy(engine, table, [column.split()[0] for column in columns])
    return engine


def _copy(engine: Any, table: str, names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        with connection.cursor() as cursor, file.open("wb") as out:
            select = (
                f"COPY (SELECT {', '.join(names)} FROM {_SOURCES[table]}) TO STDOUT (FORMAT csv)"
            )
            with cursor.copy(select) as rows:
                for part in rows:
                    out.write(part)
        engine.execute(f"COPY {table} FROM '{file}' (FORMAT csv)")


_SOURCES = {
    "days": "analytics_memberday",
    "purchases": "analytics_purchaseday",
    "months": "analytics_membermonth",
}
_TABLES = {
    "days": ("member_id BIGINT", "day DATE", "orders_count INT", "net_amount BIGINT"),
    "purchases": (
        *("member_id BIGINT", "day DATE", "previous_day DATE", "next_day DATE"),
        *("orders_count INT", "net_amount BIGINT"),
    ),
    "months": ("member_id BIGINT", "month DATE", "cohort_month DATE"),
}
_A = f"DATE '{AS_OF}'"
_SCORED = f"""
), scored AS (
    SELECT 1 + 5 * (rank() OVER (ORDER BY r DESC) - 1) // count(*) OVER () AS r,
        1 + 5 * (rank() OVER (ORDER BY f) - 1) // count(*) OVER () AS f,
        1 + 5 * (rank() OVER (ORDER BY m) - 1) // count(*) OVER () AS m
    FROM (
        SELECT {_A} - max(day) AS r, sum(orders_count) AS f, sum(net_amount) AS m
        FROM bought WHERE day > {_A} - 365 AND day <= {_A} GROUP BY member_id
    )
)
SELECT r, f, m, count(*) FROM scored GROUP BY 1, 2, 3
"""
_OLD, _FIRST = f"day <= {_A} - {{n}}", "AND previous_day IS NULL"
_SOON = "AND next_day - day <= {n}"
_COUNTS = ", ".join(
    f"count(*) FILTER (WHERE {condition})".format(n=n)
    for n in _DAYS
    for condition in (
        f"{_OLD} {_FIRST}",
        f"{_OLD} {_FIRST} {_SOON}",
        _OLD,
        f"{_OLD} {_SOON}",
    )
)


def _unfolded(counted: str) -> str:
    names = [f"c{place}" for place in range(4 * len(_DAYS))]
    rows = " UNION ALL ".join(
        f"SELECT {n}, {', '.join(names[4 * place : 4 * place + 4])} FROM counted"
        for place, n in enumerate(_DAYS)
    )
    return f"{counted}, counted({', '.join(names)}) AS (SELECT {_COUNTS} FROM purchases) {rows}"


_OF_ROLLUPS = {
    "RFM": f"WITH bought AS (SELECT * FROM purchases {_SCORED}",
    "cohorts": "SELECT cohort_month, date_diff('month', cohort_month, month), count(*)"
    f" FROM months WHERE month <= {_A} GROUP BY 1, 2",
    "repurchase": _unfolded("WITH none AS (SELECT 1)"),
}
_OF_DAYS = {
    "RFM": "WITH bought AS (SELECT * FROM days WHERE member_id IS NOT NULL AND orders_count > 0"
    + _SCORED,
    "cohorts": """
        WITH paid AS (
            SELECT DISTINCT member_id, date_trunc('month', day) AS month FROM days
            WHERE member_id IS NOT NULL AND orders_count > 0
        ), firsts AS (SELECT member_id, min(month) AS cohort FROM paid GROUP BY member_id)
        SELECT cohort::DATE, date_diff('month', cohort, month), count(*)
        FROM paid JOIN firsts USING (member_id) GROUP BY 1, 2
    """,
    "repurchase": _unfolded("""
        WITH distinct_days AS (
            SELECT DISTINCT member_id, day FROM days
            WHERE member_id IS NOT NULL AND orders_count > 0
        ), purchases AS (
            SELECT day, lag(day) OVER own AS previous_day, lead(day) OVER own AS next_day
            FROM distinct_days WINDOW own AS (PARTITION BY member_id ORDER BY day)
        )
    """),
}
