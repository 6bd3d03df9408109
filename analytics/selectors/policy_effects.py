"""Who would be in another class if other cuts held: both are asked of everybody, as of one day."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db import OperationalError

from analytics.models import ClassKind
from analytics.rules import classes
from analytics.rules.policies import Policy
from analytics.selectors import asking, scoring
from analytics.selectors.filters import Period
from analytics.selectors.scoring import Scoring

SECONDS = 20
_CANCELED = "57014"
_COLUMNS = {
    ClassKind.RFM_4: "rfm_4",
    ClassKind.RFM_8: "rfm_8",
    ClassKind.RFM_10: "rfm_10",
    ClassKind.STAGE: "stage",
    ClassKind.VALUE: "value_class",
    ClassKind.CUSTOMER: "customer_class",
    ClassKind.HEALTH: "health_class",
}


@dataclass(frozen=True)
class Effect:
    """One way of sorting: members by class before and after, and how many change their class.

    A class that nobody is in is there with zeros; "" is none.
    """

    kind: ClassKind
    counts: Mapping[str, tuple[int, int]]
    moved: int


def effects(
    *, before: Policy, after: Policy, as_of: date, zone: ZoneInfo
) -> tuple[Effect, ...] | None:
    """Of each way of sorting, in one query; None: there are too many to count while one waits."""
    period = Period(from_on=as_of, to_on=as_of)
    was = _named(scoring.as_of(period, policy=before, zone=zone), "was_")
    becomes = _named(scoring.as_of(period, policy=after, zone=zone), "becomes_")
    sql = _EFFECTS.format(was=was.sql, becomes=becomes.sql, kinds=_kinds())
    try:
        with asking.together(timeout_seconds=SECONDS):
            rows = asking.rows(sql, {**was.params, **becomes.params})
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _CANCELED:
            raise
        return None
    return tuple(_effect(kind, [row[1:] for row in rows if row[0] == kind]) for kind in _COLUMNS)


def _effect(kind: ClassKind, rows: list[tuple[Any, ...]]) -> Effect:
    was: Counter[str] = Counter()
    becomes: Counter[str] = Counter()
    for code, other, count in rows:
        was[code] += count
        becomes[other] += count
    codes = [*classes.CODES[kind], *([""] if was[""] or becomes[""] else [])]
    return Effect(
        kind=kind,
        counts={code: (was[code], becomes[code]) for code in codes},
        moved=sum(count for code, other, count in rows if code != other),
    )


def _named(query: Scoring, prefix: str) -> Scoring:
    """The query with parameters of its own, to stand beside another one."""
    params = {f"{prefix}{name}": value for name, value in query.params.items()}
    return Scoring(query.sql.replace("%(", f"%({prefix}"), params)


def _kinds() -> str:
    return ", ".join(
        f"('{kind.value}', was.{column}, becomes.{column})" for kind, column in _COLUMNS.items()
    )


_EFFECTS = """
SELECT k.kind, k.was, k.becomes, count(*)
FROM ({was}) was JOIN ({becomes}) becomes USING (member_id)
CROSS JOIN LATERAL (VALUES {kinds}) k (kind, was, becomes)
GROUP BY 1, 2, 3
"""
