"""The roles of a local cluster: the owner migrates, the app's role can't change history."""

import json
import secrets
from pathlib import Path

import psycopg
from psycopg import sql

from config.local.files import write_private

SUPERUSER = "postgres"
OWNER = "regulars_owner"
APP = "regulars_app"
DATABASE = "regulars"


def passwords(home: Path) -> dict[str, str]:
    """Random passwords by role, made once and kept in `home`, readable by us alone."""
    file = home / "passwords.json"
    if not file.exists():
        made = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, APP)}
        write_private(file, json.dumps(made))
    kept: dict[str, str] = json.loads(file.read_text())
    return kept


def ensure(address: str, words: dict[str, str]) -> None:
    """Makes the roles and the database where they are missing."""
    with psycopg.connect(address, autocommit=True) as connection:
        _ensure_role(connection, OWNER, words[OWNER], "CREATEDB")
        _ensure_role(connection, APP, words[APP], "NOCREATEDB")
        # The tests act as the app's role on the owner's connection.
        connection.execute(
            sql.SQL("GRANT {} TO {}").format(sql.Identifier(APP), sql.Identifier(OWNER))
        )
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if found.fetchone() is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(OWNER)
                )
            )


def _ensure_role(
    connection: psycopg.Connection[tuple[object, ...]], role: str, word: str, right: str
) -> None:
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        return
    connection.execute(
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} {}").format(
            sql.Identifier(role), sql.Literal(word), sql.SQL(right)
        )
    )
