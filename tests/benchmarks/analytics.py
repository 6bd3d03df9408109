"""RFM, cohorts and repurchase of a crowd: on our roll-ups, and by DuckDB on the same rows."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
from django.db import connection

from analytics.rules.policies import Policy
from analytics.selectors import asking, scoring, spans
from analytics.selectors.filters import Filters, Period
from analytics.selectors.measures import months, repurchase
from tests.benchmarks.report import goal, say

# As many as the machine of the goals has cores: PostgreSQL's leader and a worker each.
THREADS = 2
_DAYS = (30, 60, 90)
Questions = dict[str, Callable[[], Any]]


@dataclass(frozen=True)
class Timed:
    """Seconds of one round, by question, for us and for the other engine."""

    ours: dict[str, float]
    theirs: dict[str, float]

    @property
    def ratio(self) -> float:
        return sum(self.ours.values()) / sum(self.theirs.values())


@dataclass(frozen=True)
class Beside:
    """What the other engine reads: the members' days, of which our roll-ups are made, or the
    roll-ups themselves."""

    name: str
    questions: dict[str, str]


def measure(count: int, *, as_of: date) -> dict[str, list[Timed]]:
    """All three questions in `count` rounds, one engine after the other; their answers must agree.
    By what the other engine reads."""
    engine = _engine()
    filters = Filters(period=Period(from_on=as_of, to_on=as_of))
    ours = {name: partial(ask, filters) for name, ask in _OURS.items()}
    found = {}
    for beside in _beside(as_of):
        theirs = {name: partial(_ask_engine, engine, sql) for name, sql in beside.questions.items()}
        found[beside.name] = [_round(ours, theirs) for _ in range(count)]
    return found


def show(found: dict[str, list[Timed]]) -> None:
    for name, measured in found.items():
        ratio = median(one.ratio for one in measured)
        goal("G13", f"RFM, cohorts, repurchase ÷ {name}", ratio, 1.6, stretch=1.0, most=True)
        for question in _OURS:
            ours = median(one.ours[question] for one in measured)
            theirs = median(one.theirs[question] for one in measured)
            say(f"  {question:<44} {ours:>10,.2f} s ÷ {theirs:,.2f} s")


def _round(ours: Questions, theirs: Questions) -> Timed:
    our_seconds, our_answers = _timed(ours)
    their_seconds, their_answers = _timed(theirs)
    _compare(our_answers, their_answers)
    return Timed(our_seconds, their_seconds)


def _ask_engine(engine: Any, sql: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = engine.execute(sql).fetchall()
    return rows


def _timed(questions: Questions) -> tuple[dict[str, float], dict[str, Any]]:
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


def _rfm(filters: Filters) -> list[tuple[Any, ...]]:
    """Members by their three scores, from the same query as the nightly run's."""
    with asking.together(timeout_seconds=600):
        asked = scoring.of(filters, policy=Policy(), zone=spans.zone())
        return asking.rows(
            f"SELECT r_score, f_score, m_score, count(*) FROM ({asked.sql}) s"
            " WHERE r_score IS NOT NULL GROUP BY 1, 2, 3",
            asked.params,
        )


def _cohorts(filters: Filters) -> list[tuple[Any, ...]]:
    with asking.together(timeout_seconds=600):
        return [
            (one.month, later, count)
            for one in months.cohorts(filters)
            for later, count in enumerate(one.active)
            if count
        ]


def _repurchase(filters: Filters) -> list[tuple[Any, ...]]:
    with asking.together(timeout_seconds=600):
        return [
            (one.days, one.first_base, one.first_repeated, one.all_base, one.all_repeated)
            for one in repurchase.repurchase(filters, _DAYS)
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
_SCORED = """
), scored AS (
    SELECT 1 + 5 * (rank() OVER (ORDER BY r DESC) - 1) // count(*) OVER () AS r,
        1 + 5 * (rank() OVER (ORDER BY f) - 1) // count(*) OVER () AS f,
        1 + 5 * (rank() OVER (ORDER BY m) - 1) // count(*) OVER () AS m
    FROM (
        SELECT DATE '{a}' - max(day) AS r, sum(orders_count) AS f, sum(net_amount) AS m
        FROM bought WHERE day > DATE '{a}' - 365 AND day <= DATE '{a}' GROUP BY member_id
    )
)
SELECT r, f, m, count(*) FROM scored GROUP BY 1, 2, 3
"""
_COHORTS = """
SELECT cohort_month, date_diff('month', cohort_month, month), count(*)
FROM months WHERE month <= DATE '{a}' GROUP BY 1, 2
"""
_COHORTS_OF_DAYS = """
WITH paid AS (
    SELECT DISTINCT member_id, date_trunc('month', day) AS month FROM days
    WHERE member_id IS NOT NULL AND orders_count > 0 AND day <= DATE '{a}'
), firsts AS (SELECT member_id, min(month) AS cohort FROM paid GROUP BY member_id)
SELECT cohort::DATE, date_diff('month', cohort, month), count(*)
FROM paid JOIN firsts USING (member_id) GROUP BY 1, 2
"""
_PURCHASES_OF_DAYS = """
WITH distinct_days AS (
    SELECT DISTINCT member_id, day FROM days
    WHERE member_id IS NOT NULL AND orders_count > 0 AND day <= DATE '{a}'
), purchases AS (
    SELECT day, lag(day) OVER own AS previous_day, lead(day) OVER own AS next_day
    FROM distinct_days WINDOW own AS (PARTITION BY member_id ORDER BY day)
),
"""
_OLD = "day <= DATE '{{a}}' - {n}"
_AGAIN = f"{_OLD} AND next_day - day <= {{n}}"
_COUNTS = ", ".join(
    f"count(*) FILTER (WHERE {condition})".format(n=n)
    for n in _DAYS
    for condition in (
        f"{_OLD} AND previous_day IS NULL",
        f"{_AGAIN} AND previous_day IS NULL",
        _OLD,
        _AGAIN,
    )
)


def _beside(as_of: date) -> tuple[Beside, Beside]:
    of_days = {
        "RFM": "WITH bought AS (SELECT * FROM days WHERE member_id IS NOT NULL"
        f" AND orders_count > 0 {_SCORED}",
        "cohorts": _COHORTS_OF_DAYS,
        "repurchase": _repurchases(_PURCHASES_OF_DAYS),
    }
    of_rollups = {
        "RFM": f"WITH bought AS (SELECT * FROM purchases {_SCORED}",
        "cohorts": _COHORTS,
        "repurchase": _repurchases("WITH"),
    }
    return (
        Beside("DuckDB on the members' days", _dated(of_days, as_of)),
        Beside("DuckDB on the same roll-ups", _dated(of_rollups, as_of)),
    )


def _dated(questions: dict[str, str], as_of: date) -> dict[str, str]:
    return {name: sql.format(a=as_of.isoformat()) for name, sql in questions.items()}


def _repurchases(begins: str) -> str:
    """One row of counts for each N out of one pass."""
    names = [f"c{place}" for place in range(4 * len(_DAYS))]
    rows = " UNION ALL ".join(
        f"SELECT {n}, {', '.join(names[4 * place : 4 * place + 4])} FROM counted"
        for place, n in enumerate(_DAYS)
    )
    return f"{begins} counted({', '.join(names)}) AS (SELECT {_COUNTS} FROM purchases) {rows}"
