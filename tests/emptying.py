"""Empties the database after a test with real commits.

Django's own way truncates every table, whatever it holds: a second for the product's tables, and
as long again for plans that all connections make anew. A test leaves rows in a few dozen tables,
and few of them.
"""

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# Made by `migrate`, and the same for all tests.
STAYS = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    "loyalty_adjustmentlimit",
}


def fixture_teardown(test_case: Any) -> None:
    """In place of `TransactionTestCase._fixture_teardown`."""
    for name in test_case._databases_names(include_mirrors=False):
        empty(connections[name])


def empty(connection: BaseDatabaseWrapper) -> None:
    """Deletes every row that tests made; append-only tables let it happen this once."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        filled = _filled(cursor, connection)
        if not filled:
            return
        # The app's role may not: until the transaction ends it is the owner who does.
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute(_IGNORE)
        cursor.execute(_GUARDS, [filled])
        guards = [f"ALTER TABLE {table} {{}} TRIGGER {name}" for table, name in cursor.fetchall()]
        _run(cursor, [guard.format("DISABLE") for guard in guards])
        # Foreign keys are checked after all, so the order of tables doesn't matter.
        _run(cursor, [f"DELETE FROM {table}" for table in filled])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _run(cursor, [guard.format("ENABLE") for guard in guards])


def _run(cursor: Any, statements: list[str]) -> None:
    if statements:
        cursor.execute(";".join(statements))


def _filled(cursor: Any, connection: BaseDatabaseWrapper) -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    quoted = [connection.ops.quote_name(name) for name in sorted(set(names) - STAYS)]
    cursor.execute(
        " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in quoted
        )
    )
    return [table for (table,) in cursor.fetchall()]


_IGNORE = """
SELECT set_config('pgtrigger.ignore', array_agg(DISTINCT tgname)::text, true)
FROM pg_trigger WHERE tgname LIKE 'pgtrigger_%'
"""

# Those that are not pgtrigger's: written by hand, they know of no exception.
_GUARDS = """
SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger
WHERE NOT tgisinternal AND tgtype & 8 <> 0 AND tgname NOT LIKE 'pgtrigger_%%'
  AND tgrelid = ANY(%s::text[]::regclass[])
"""
