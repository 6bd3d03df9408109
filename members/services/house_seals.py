"""Values that are sealed with a key version itself, since they belong to no member: which version
each hangs on, and moving them to the newest."""

from collections.abc import Iterator

from django.db import connection, transaction

from members.sealing import keys
from members.sealing.fields import SealedField
from members.selectors import encryption

# `2 | version, 2 bytes | …`: a member's value begins with 1, an empty one has no bytes.
_OF_OLD_VERSION = (
    "substring({column} FROM 1 FOR 1) = '\\x02'::bytea "
    "AND substring({column} FROM 2 FOR 2) <> %(version)s"
)
_OF_VERSION = (
    "substring({column} FROM 1 FOR 1) = '\\x02'::bytea "
    "AND substring({column} FROM 2 FOR 2) = %(version)s"
)


def count_of(version: int) -> int:
    """How many values hang on this version. Reads every table with a sealed column once."""
    total = 0
    for column in _columns():
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {_table(column)} WHERE {_where(_OF_VERSION, column)}",  # noqa: S608
                {"version": version.to_bytes(2)},
            )
            total += cursor.fetchone()[0]
    return total


def reseal(*, chunk_size: int = 1_000) -> Iterator[int]:
    """Moves them to the newest version, a chunk per transaction; yields each chunk's count.

    A stopped run goes on where it was. Rows that others hold locked wait for the next run. History
    that nobody may change is left out: all that is sealed there is a member's.
    """
    newest = keys.newest_version()
    for column in filter(_may_change, _columns()):
        last: int = 0
        while True:
            with transaction.atomic():
                rows = _next_chunk(column, newest, last, chunk_size)
                _write(column, rows)
            if not rows:
                break
            last = rows[-1][0]
            yield len(rows)


def _columns() -> list[SealedField]:
    return [column for column in encryption.sealed_columns() if not column.ownership.is_raw]


def _may_change(column: SealedField) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_column_privilege(%s, %s, 'UPDATE')",
            [column.model._meta.db_table, column.column],
        )
        return bool(cursor.fetchone()[0])


def _next_chunk(
    column: SealedField, newest: int, after_id: int, size: int
) -> list[tuple[int, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {_name(column)} FROM {_table(column)} "  # noqa: S608
            f"WHERE {_where(_OF_OLD_VERSION, column)} AND id > %(after)s "
            f"ORDER BY id LIMIT %(size)s FOR NO KEY UPDATE SKIP LOCKED",
            {"version": newest.to_bytes(2), "after": after_id, "size": size},
        )
        return [(row_id, bytes(raw)) for row_id, raw in cursor.fetchall()]


def _write(column: SealedField, rows: list[tuple[int, bytes]]) -> None:
    sealed = [column.ownership.reseal_for_house(raw) for _, raw in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_table(column)} AS stored SET {_name(column)} = fresh.sealed "  # noqa: S608
            f"FROM unnest(%s::bigint[], %s::bytea[]) AS fresh (id, sealed) "
            f"WHERE stored.id = fresh.id",
            [[row_id for row_id, _ in rows], sealed],
        )


def _where(condition: str, column: SealedField) -> str:
    return condition.format(column=_name(column))


def _name(column: SealedField) -> str:
    return connection.ops.quote_name(column.column)


def _table(column: SealedField) -> str:
    return connection.ops.quote_name(column.model._meta.db_table)
