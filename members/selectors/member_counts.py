"""How many members a condition is true of, while somebody waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction

from members.rules.conditions import Condition
from members.selectors import member_conditions, member_reach

SAMPLE = 10
SECONDS = 5
_CANCELED = "57014"


@dataclass(frozen=True)
class Preview:
    """How many members a condition is true of now, and the ids of some of them; None: it takes
    too long to count while somebody waits. `reach` is how many of them each medium reaches."""

    count: int | None
    member_ids: tuple[int, ...]
    reach: Mapping[str, int]


def preview(
    condition: Condition, *, at: datetime, purpose: str = "", seconds: int = SECONDS
) -> Preview:
    """With a `purpose`, also whom each medium reaches for it."""
    query = member_conditions.query(condition, at=at)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {seconds * 1_000}")
            cursor.execute(f"SELECT count(*) {query.sql}", query.params)
            count = cursor.fetchone()[0]
            cursor.execute(f"SELECT m.id {query.sql} ORDER BY m.id LIMIT {SAMPLE}", query.params)
            member_ids = tuple(row[0] for row in cursor.fetchall())
            return Preview(count, member_ids, _reach(cursor, query, purpose))
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _CANCELED:
            raise
        return Preview(None, (), {})


def _reach(cursor: Any, query: member_conditions.Query, purpose: str) -> dict[str, int]:
    if not purpose:
        return {}
    cursor.execute(
        member_reach.counting(f"SELECT m.id AS member_id {query.sql}", purpose), query.params
    )
    return dict(cursor.fetchall())
