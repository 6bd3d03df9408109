"""What is sealed, whether it opens, and whether clear text lies where it must not."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Count

from members.models.keys import KeyEncryptionKey, MemberKey
from members.sealing.fields import CannotOpen, SealedField, SealedTextField
from members.sealing.keys import KeyShredded

_SHOWN_ROWS = 5
_CHINA = "+86"


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """One key-encryption key and how many member keys hang on it."""

    version: int
    state: str
    member_keys: int


@dataclass(slots=True)
class ColumnCheck:
    """What opening (a sample of) one column found. `unreadable` holds a few row ids."""

    column: str
    opened: int = 0
    shredded: int = 0
    failed: int = 0
    unreadable: list[Any] = field(default_factory=list)


def key_versions() -> list[KeyVersion]:
    """Every key version, the oldest first; shredded member keys aren't counted."""
    live = MemberKey.objects.filter(shredded_at__isnull=True)
    counted = live.values_list("kek_version").annotate(Count("pk"))
    by_version: dict[int, int] = dict(counted)
    return [
        KeyVersion(row.version, row.state, by_version.get(row.version, 0))
        for row in KeyEncryptionKey.objects.order_by("version")
    ]


def sealed_columns() -> list[SealedField]:
    """Every sealed column of every model, histories included, by label."""
    return sorted(
        (
            column
            for model in apps.get_models(include_auto_created=True)
            if not model._meta.proxy
            for column in model._meta.local_fields
            if isinstance(column, SealedField)
        ),
        key=lambda column: column.label,
    )


def open_columns(*, sample_rows: int | None = None) -> Iterator[ColumnCheck]:
    """Opens every value of every column, or of `sample_rows` random rows each.

    History models aren't opened: their bytes belong to the row that they are a copy of.
    """
    for column in sealed_columns():
        if not column.ownership.is_raw:
            yield _open_column(column, sample_rows)


def tables_with_clear_text(texts: list[str]) -> dict[str, int]:
    """How many rows of which tables hold one of `texts` in clear, in any column of any type.

    Reads every table whole, once.
    """
    if not texts:
        return {}
    # A row cast to text shows bytea as hex: clear bytes in a sealed column are found too.
    patterns = [f"%{form}%" for text in texts for form in (_escape(text), text.encode().hex())]
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            cursor.execute(
                f"SELECT count(*) FROM {name} AS held WHERE held::text LIKE ANY(%s)",  # noqa: S608
                [patterns],
            )
            rows = cursor.fetchone()[0]
            if rows:
                found[table] = rows
    return found


def telling_texts(*, sample_rows: int) -> list[str]:
    """Sealed phones and e-mail addresses, opened, to look for in the database.

    Names and card numbers aren't: a name may be a product's too, and card numbers are clear.
    Phones come without their country code, so that both spellings are found.
    """
    texts = (
        getattr(row, column.attname)
        for column in sealed_columns()
        if isinstance(column, SealedTextField) and not column.ownership.is_raw
        for row in islice(_readable(column), sample_rows)
    )
    return sorted({text.removeprefix(_CHINA) for text in texts if _tells(text)})


def _open_column(column: SealedField, sample_rows: int | None) -> ColumnCheck:
    found = ColumnCheck(column.label)
    rows = _filled(column)
    if sample_rows is not None:
        rows = rows.order_by("?")[:sample_rows]
    for row in rows.iterator(chunk_size=2_000):
        try:
            getattr(row, column.attname)
            found.opened += 1
        except KeyShredded:
            found.shredded += 1
        except CannotOpen:
            found.failed += 1
            if found.failed <= _SHOWN_ROWS:
                found.unreadable.append(row.pk)
    return found


def _readable(column: SealedField) -> Iterator[models.Model]:
    for row in _filled(column).order_by("?").iterator(chunk_size=200):
        try:
            getattr(row, column.attname)
        except CannotOpen:
            continue
        yield row


def _filled(column: SealedField) -> models.QuerySet[models.Model]:
    rows = column.model._base_manager.filter(**{f"{column.attname}__isnull": False})
    path = column.ownership.sealed_with
    if path is None:
        return rows
    return rows.select_related("key" if path == "self" else f"{path}__key")


def _tells(text: str) -> bool:
    return "@" in text or text.startswith("+")


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
