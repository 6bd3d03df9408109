"""The app's own role in the database: it adds to history and can't change it.

Asked as that role, on a real connection: triggers would stop the owner too, and hide what is
missing here.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from members.services import database_roles

ROLE = settings.DATABASE_APP_ROLE
HISTORY = [model._meta.db_table for model in database_roles.append_only_models()]
REMOVABLE = database_roles.removable_tables()
REWRITES = database_roles.rewritten_columns()
TABLES_AT_LEAST = {
    "members_event",
    "members_consent",
    "members_auditrecord",
    "loyalty_ledgerentry",
    "loyalty_lotmovement",
    "loyalty_tierchange",
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def granted(as_owner: None) -> database_roles.Grants:
    return database_roles.grant(role=ROLE)


@contextmanager
def as_app() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{ROLE}"')
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")


def refused(statement: str) -> bool:
    """Whether the app's role is told that it has no right; anything else is an error here."""
    with as_app():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        except ProgrammingError as error:
            assert isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege), error
            return True
    return False


def test_history_is_what_the_models_say():
    assert set(HISTORY) >= TABLES_AT_LEAST


@pytest.mark.parametrize("table", HISTORY)
def test_history_can_be_read_and_added_to(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%s, %s, 'SELECT') AND"
            " has_table_privilege(%s, %s, 'INSERT')",
            [ROLE, table, ROLE, table],
        )
        assert cursor.fetchone() == (True,)
    assert not refused(f'SELECT * FROM "{table}"')


@pytest.mark.parametrize("table", HISTORY)
def test_history_cannot_be_changed(table):
    assert refused(f'UPDATE "{table}" SET id = id')
    assert refused(f'DELETE FROM "{table}"') or table in REMOVABLE
    assert refused(f'TRUNCATE "{table}" CASCADE')
    # Who may update one column may lock rows.
    assert refused(f'SELECT * FROM "{table}" FOR UPDATE') or table in REWRITES


@pytest.mark.parametrize("table", sorted(REWRITES))
def test_what_an_erasure_or_a_rotation_rewrites_may_be_written_and_nothing_else(table):
    for column in REWRITES[table]:
        assert not refused(f'UPDATE "{table}" SET {column} = {column} WHERE false')
    assert refused(f'UPDATE "{table}" SET occurred_at = occurred_at')


@pytest.mark.parametrize("table", sorted(REMOVABLE))
def test_removable_history_may_go(table):
    assert not refused(f'DELETE FROM "{table}"')


def test_history_cannot_be_changed_by_way_of_its_guards():
    assert refused('ALTER TABLE "members_event" DISABLE TRIGGER ALL')
    assert refused('DROP TABLE "members_event"')
    assert refused(f'GRANT UPDATE ON "members_event" TO "{ROLE}"') or not may_update(
        "members_event"
    )


def may_update(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, %s, 'UPDATE')", [ROLE, table])
        return bool(cursor.fetchone()[0])


def test_a_fact_is_recorded_by_the_app_s_role():
    with as_app(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_event"
            " (uid, type, occurred_at, recorded_at, payload, source)"
            " VALUES (gen_random_uuid(), 'members.test.told', now(), now(), '{}', '')"
            " RETURNING id"
        )
        assert cursor.fetchone()[0] > 0


def test_what_is_not_history_can_be_changed():
    assert not refused('UPDATE "members_store" SET id = id')
    assert not refused('DELETE FROM "members_dispatch"')
    assert not refused('SELECT * FROM "loyalty_account" FOR UPDATE')


def test_nothing_at_all_can_be_truncated_or_made():
    assert refused('TRUNCATE "members_dispatch"')
    assert refused("CREATE TABLE mine (id int)")


def test_the_record_of_migrations_is_the_owner_s():
    assert not refused('SELECT * FROM "django_migrations"')
    assert refused('DELETE FROM "django_migrations"')


def test_granting_again_changes_nothing(granted):
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, relacl::text FROM pg_class WHERE relkind IN ('r', 'S')")
        before = sorted(cursor.fetchall())
        assert database_roles.grant(role=ROLE) == granted
        cursor.execute("SELECT relname, relacl::text FROM pg_class WHERE relkind IN ('r', 'S')")
        assert sorted(cursor.fetchall()) == before


def test_a_role_that_does_not_exist_is_named_with_how_to_make_it():
    with pytest.raises(CommandError, match="CREATE ROLE no_such_role LOGIN"):
        call_command("grant_app_role", role="no_such_role")
