"""Orders and refunds by the number that their channel gave them."""

from typing import TypeVar

from django.db import connections
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def numbered(queryset: QuerySet[M], number: str) -> QuerySet[M]:
    """The documents of `queryset` with this external id, from any source."""
    return queryset.filter(source__in=_sources(queryset), external_id=number)


def _sources(queryset: QuerySet[M]) -> list[str]:
    """Every source that sent documents, by one step along the index for each.

    The index of numbers begins with the source; a plain DISTINCT would read all rows.
    """
    table = connections[queryset.db].ops.quote_name(queryset.model._meta.db_table)
    with connections[queryset.db].cursor() as cursor:
        cursor.execute(
            # The only thing put in is the quoted name of our own table.
            f"""
            WITH RECURSIVE known AS (
                (SELECT source FROM {table} ORDER BY source LIMIT 1)
                UNION ALL
                SELECT (SELECT source FROM {table} AS next
                        WHERE next.source > known.source ORDER BY source LIMIT 1)
                FROM known WHERE known.source IS NOT NULL
            )
            SELECT source FROM known WHERE source IS NOT NULL
            """  # noqa: S608
        )
        return [source for (source,) in cursor.fetchall()]
