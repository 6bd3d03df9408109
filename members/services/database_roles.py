"""What the app's own role may do in the database: everything but change history."""

from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models, transaction
from psycopg import sql

# Written by `migrate` alone, as the owner.
OF_THE_OWNER = "django_migrations"


class NoSuchRole(Exception):
    """The database has no role of this name; the message says how to make it."""


@dataclass(frozen=True)
class Grants:
    """What was granted: all tables by count, the append-only ones by name."""

    role: str
    tables: int
    append_only: tuple[str, ...]


def append_only_models() -> list[type[models.Model]]:
    """The models whose class says `append_only = True`: the only register there is."""
    return [model for model in apps.get_models() if getattr(model, "append_only", False)]


def removable_tables() -> list[str]:
    """Append-only tables whose rows may be deleted; their models say `is_removable = True`."""
    found = append_only_models()
    return [one._meta.db_table for one in found if getattr(one, "is_removable", False)]


def rewritten_columns() -> dict[str, tuple[str, ...]]:
    """Columns of append-only tables that an erasure empties, or a rotation of keys seals anew, by
    table; their models say `rewrites = (…)`."""
    found = append_only_models()
    return {one._meta.db_table: one.rewrites for one in found if hasattr(one, "rewrites")}


def grant(*, role: str) -> Grants:
    """Gives `role` its rights on everything that stands now; run it after every migration, as the
    owner. A repeat changes nothing.

    Append-only tables may be read and added to; of some of them columns may be rewritten, and of
    those that are removable rows may go. They are never locked with SELECT … FOR
    UPDATE, which would need the right to update.

    Raises:
        NoSuchRole: the role must be made first, by someone who may make roles.
    """
    append_only = tuple(sorted(model._meta.db_table for model in append_only_models()))
    # One transaction: the app never sees a moment with too many rights, or too few.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            raise NoSuchRole(
                f"The database has no role {role}. As one who may make roles: "
                f"CREATE ROLE {role} LOGIN PASSWORD '…';"
            )
        for statement in _statements(append_only):
            cursor.execute(sql.SQL(statement).format(role=sql.Identifier(role)))
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")
        (tables,) = cursor.fetchone()
    return Grants(role=role, tables=tables, append_only=append_only)


def _statements(append_only: tuple[str, ...]) -> list[str]:
    return [
        "GRANT USAGE ON SCHEMA public TO {role}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
        *(f'REVOKE UPDATE, DELETE ON "{table}" FROM {{role}}' for table in append_only),
        *(f'GRANT DELETE ON "{table}" TO {{role}}' for table in removable_tables()),
        # The tables' own triggers let nothing through but what is meant.
        *(
            f'GRANT UPDATE ({", ".join(columns)}) ON "{table}" TO {{role}}'
            for table, columns in rewritten_columns().items()
        ),
        f'REVOKE INSERT, UPDATE, DELETE ON "{OF_THE_OWNER}" FROM {{role}}',
    ]
