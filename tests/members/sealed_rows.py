"""Rows with sealed columns, made without services: what the sealing tests need, no more."""

import datetime as dt
from typing import Any

from django.db import connection

from members.models import Identity, Member
from members.rules import cards
from members.sealing import blind, keys, normalize

NOW = dt.datetime(2026, 3, 1, 4, tzinfo=dt.UTC)


def a_member(serial: int = 1, **values: Any) -> Member:
    """A saved member with a key; by default 张三, born on 28 February 1990."""
    member = unsaved_member(serial, **values)
    member.save()
    member.key.save()
    return member


def unsaved_member(serial: int = 1, **values: Any) -> Member:
    defaults = {"name": "张三", "birthday": dt.date(1990, 2, 28), "joined_at": NOW}
    member = Member(card_number=cards.make(serial), **defaults | values)
    keys.give_key(member)
    return member


def a_phone(member: Member, text: str) -> Identity:
    number = normalize.phone(text)
    return Identity.objects.create(
        member=member,
        kind=Identity.Kind.PHONE,
        value=number,
        digest=blind.index("PHONE", number),
        last_four_digest=blind.last_four("PHONE", number),
        created_at=NOW,
    )


def raw(row: Any, column: str) -> Any:
    """The bytes (or None) that the database holds, past all of Python's fields."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {row._meta.db_table} WHERE id = %s", [row.pk])
        value = cursor.fetchone()[0]
    return None if value is None else bytes(value)


def write_raw(row: Any, column: str, value: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {row._meta.db_table} SET {column} = %s WHERE id = %s", [value, row.pk]
        )
