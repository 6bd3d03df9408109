"""Recorded changes in the words of the console: fields by their names, values by what they say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from members.admin import rights
from members.models import ChangeRecord
from members.registry import changes, roles

SEALED = "sealed"
_NONE = "–"
# (table of the related model, its id) → what it is called.
Names = Mapping[tuple[str, Any], str]


@dataclass(frozen=True)
class Difference:
    """One changed column, in words; `before` or `after` is empty where there was no row."""

    label: str
    before: str
    after: str


@cache
def model_of(table: str) -> type[models.Model] | None:
    """The model of a table, also of a table of links."""
    known = {one._meta.db_table: one for one in apps.get_models(include_auto_created=True)}
    return known.get(table)


def title_of(table: str) -> str:
    """What a row of the table is called."""
    tracked = changes.TRACKED.get(table)
    if tracked is not None and tracked.title:
        return str(tracked.title)
    model = model_of(table)
    return str(capfirst(model._meta.verbose_name)) if model else table


def names_of(records: Iterable[ChangeRecord]) -> Names:
    """What the rows are called that the changes point at: one query per related table."""
    wanted: dict[type[models.Model], set[Any]] = {}
    for record in records:
        owner = _owner(record.table)
        if owner is not None and record.row_id.isdecimal():
            wanted.setdefault(owner, set()).add(int(record.row_id))
        for side in (record.before, record.after):
            for name, value in (side or {}).items():
                related = _related(record.table, name)
                if related is not None and isinstance(value, int):
                    wanted.setdefault(related, set()).add(value)
    return {
        (model._meta.db_table, pk): _called(row)
        for model, pks in wanted.items()
        for pk, row in _rows(model).in_bulk(pks).items()
    }


def object_of(record: ChangeRecord, names: Names) -> str:
    """What was changed, by its name: `Roles of an operator: cleo`."""
    owner, row = _owner(record.table), record.row_id
    known = names.get((owner._meta.db_table, int(row))) if owner and row.isdecimal() else None
    title = title_of(record.table)
    return f"{title}: {known}" if known else f"{title} #{row}"


def differences(record: ChangeRecord, names: Names) -> list[Difference]:
    """Each changed column of the record, in the order of the model's fields."""
    before, after = record.before or {}, record.after or {}
    columns = {**before, **after}
    return [
        Difference(
            label=_label(record.table, name),
            before=_value(record.table, name, before[name], names) if name in before else "",
            after=_value(record.table, name, after[name], names) if name in after else "",
        )
        for name in sorted(columns, key=_order(record.table))
        if name != "id"
    ]


def _rows(model: type[models.Model]) -> models.QuerySet[Any]:
    rows = model._base_manager.all()
    return rows.select_related("content_type") if model is Permission else rows


def _called(row: models.Model) -> str:
    if isinstance(row, Group):
        return roles.label_of(row.name)
    if isinstance(row, Permission):
        return rights.label_of(row)
    return str(getattr(row, "name", "") or row)


def _field(table: str, column: str) -> Any:
    model = model_of(table)
    if model is None:
        return None
    return next((one for one in model._meta.fields if one.column == column), None)


def _owner(table: str) -> type[models.Model] | None:
    """The model of the row that `row_id` names; a member is called by a card, not here."""
    tracked = changes.TRACKED.get(table)
    model = model_of(tracked.of) if tracked else None
    return None if model is None or model._meta.label == "members.Member" else model


def _related(table: str, column: str) -> type[models.Model] | None:
    field = _field(table, column)
    # Members are called by their card, which a reader looks up when it matters.
    if field is None or not field.is_relation or field.related_model is None:
        return None
    return None if field.related_model._meta.label == "members.Member" else field.related_model  # type: ignore[return-value]


def _label(table: str, column: str) -> str:
    field = _field(table, column)
    return str(capfirst(field.verbose_name)) if field is not None else column


def _order(table: str) -> Any:
    model = model_of(table)
    places = (
        {field.column: place for place, field in enumerate(model._meta.fields)} if model else {}
    )
    return lambda column: (places.get(column, len(places)), column)


def _value(table: str, column: str, value: Any, names: Names) -> str:
    if value is None or value == "":
        return _NONE
    if value == SEALED:
        return _("kept secret")
    field = _field(table, column)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field is not None and field.is_relation:
        related = _related(table, column)
        known = names.get((related._meta.db_table, value)) if related else None
        return known or f"#{value}"
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateTimeField) and isinstance(value, str):
        instant = parse_datetime(value)
        return date_format(localtime(instant), "SHORT_DATETIME_FORMAT") if instant else value
    if isinstance(value, int):
        return str(number_format(value))
    return _plain(value)


def _plain(value: Any) -> str:
    """JSON as one reads it: `a: 1, b: 2`."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_plain(one)}" for name, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_plain(one) for one in value) or _NONE
    return str(value)
