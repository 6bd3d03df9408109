"""Django fields whose column holds sealed bytes and whose attribute is the clear value.

The model says whose key seals, in the class attribute `sealed_with`: `"self"` (the member
itself), the name of its foreign key to the member (`"member"`, the default), or None (the key of
the house). A row whose nullable foreign key is NULL is sealed with the key of the house too.

A value is opened when its attribute is first read, and sealed when the row is saved; `save()`,
`create()` and `bulk_create()` seal, everything else that would write or compare clear text
raises `SealedValueError`. Values that did not change keep their bytes.
"""

import datetime as dt
import json
from typing import Any, NoReturn

from django.core import checks
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dateparse import parse_date

from members.sealing.attributes import SealedAttribute, keep_sealed_on_refresh
from members.sealing.envelope import CannotOpen
from members.sealing.ownership import Ownership
from members.sealing.values import Sealed, SealedValueError

__all__ = [
    "CannotOpen",
    "Sealed",
    "SealedDateField",
    "SealedField",
    "SealedJSONField",
    "SealedTextField",
    "SealedValueError",
]

# pgtrigger compares old and new rows with `df` and `ndf` (IS [NOT] DISTINCT FROM).
_LOOKUPS = ("isnull", "df", "ndf")


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """A column of sealed bytes. Subclasses say how a clear value becomes bytes and back."""

    descriptor_class = SealedAttribute

    def to_clear(self, value: Any) -> Any:
        """The value as the attribute shows it, or ValidationError."""
        raise NotImplementedError

    def to_bytes(self, clear: Any) -> bytes:
        raise NotImplementedError

    def from_bytes(self, clear: bytes) -> Any:
        raise NotImplementedError

    # Django's side of a field: declaration

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False
    ) -> None:
        super().contribute_to_class(cls, name, private_only)
        self.label = f"{cls._meta.label_lower}.{self.column}"
        self.ownership = Ownership(cls, self.label)
        self.attribute: SealedAttribute = getattr(cls, self.attname)
        keep_sealed_on_refresh(cls)

    def check(self, **options: Any) -> list[checks.CheckMessage]:
        return [*super().check(**options), *self._check_index(), *self.ownership.check(self)]

    def _check_index(self) -> list[checks.CheckMessage]:
        written = self.deconstruct()[3]
        if not {"primary_key", "unique", "db_index", "db_default"} & written.keys():
            return []
        return [
            checks.Error(
                f"{self.label} is sealed: it can't be unique, indexed or have a db_default.",
                hint="Find it by a blind index in a column of its own (members.sealing.blind).",
                obj=self,
                id="sealing.E001",
            )
        ]

    def db_check(self, connection: Any) -> str:
        """The database refuses bytes that begin like clear text, whoever writes them."""
        column = connection.ops.quote_name(self.column)
        return (
            f"octet_length({column}) = 0 "
            f"OR substring({column} FROM 1 FOR 1) IN ('\\x01'::bytea, '\\x02'::bytea)"
        )

    def get_default(self) -> Any:
        # BinaryField turns "" into b"".
        return models.Field.get_default(self)

    def to_python(self, value: Any) -> Any:
        return value if value is None else self.to_clear(value)

    # From and to the database

    def from_db_value(self, value: Any, *_: Any) -> Sealed | None:
        return None if value is None else Sealed(self.label, bytes(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        held: Sealed | None = self.attribute.sealed_for_saving(model_instance)
        return held

    def get_prep_value(self, value: Any) -> Sealed | None:
        if value is None or (isinstance(value, Sealed) and value.raw is not None):
            return value
        return self._refuse_clear()

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        sealed = self.get_prep_value(value)
        return None if sealed is None else connection.Database.Binary(sealed.raw)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        # Django lets expressions pass here: F, Value, and the Case of bulk_update.
        return self.get_db_prep_value(value, connection)

    # Ways out that must not exist

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name in _LOOKUPS:
            return super().get_lookup(lookup_name)
        raise SealedValueError(
            f"{self.label} is sealed and can't be looked up by `{lookup_name}`. "
            f"Filter by its blind index (members.sealing.blind); only `isnull` works here."
        )

    def value_from_object(self, obj: models.Model) -> Sealed | None:
        # Serializers and model_to_dict read this: dates would pass them as they are.
        held: Sealed | None = self.attribute.held(obj)
        return held

    def value_to_string(self, obj: models.Model) -> NoReturn:
        raise SealedValueError(
            f"{self.label} is sealed and can't be serialized. Leave it out of dumps and "
            f"serializers, or write a masked value; for moving data, use backup and restore."
        )

    def _refuse_clear(self) -> NoReturn:
        raise SealedValueError(
            f"{self.label} is sealed: clear text can't be written by update(), bulk_update() or "
            f"an expression. Set the attribute and save() the row, or use "
            f"bulk_create(update_conflicts=True)."
        )


class SealedTextField(SealedField):
    """Text of at most `max_length` characters. An empty text is stored as no bytes: it needs no
    key, so that an erased member's row can be saved.
    """

    def to_clear(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(f"{self.label} takes text, not {type(value).__name__}.")
        if self.max_length is not None and len(value) > self.max_length:
            raise ValidationError(
                f"{self.label} takes {self.max_length} characters, not {len(value)}."
            )
        return value

    def to_bytes(self, clear: str) -> bytes:
        return clear.encode()

    def from_bytes(self, clear: bytes) -> str:
        return clear.decode()

    def get_prep_value(self, value: Any) -> Sealed | None:
        return super().get_prep_value(Sealed(self.label, b"") if value == "" else value)


class SealedDateField(SealedField):
    """A calendar date."""

    empty_strings_allowed = False

    def to_clear(self, value: Any) -> dt.date:
        if isinstance(value, str):
            value = parse_date(value)
        if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
            raise ValidationError(f"{self.label} takes a date (YYYY-MM-DD).")
        return value

    def to_bytes(self, clear: dt.date) -> bytes:
        return clear.isoformat().encode()

    def from_bytes(self, clear: bytes) -> dt.date:
        return dt.date.fromisoformat(clear.decode())


class SealedJSONField(SealedField):
    """Whatever JSON holds: dicts, lists, text, numbers, true, false."""

    empty_strings_allowed = False

    def to_clear(self, value: Any) -> Any:
        self.to_bytes(value)
        return value

    def to_bytes(self, clear: Any) -> bytes:
        try:
            return json.dumps(clear, ensure_ascii=False, separators=(",", ":")).encode()
        except (TypeError, ValueError):
            # The encoder's own message could quote what must stay sealed.
            raise ValidationError(f"{self.label} takes only what JSON can hold.") from None

    def from_bytes(self, clear: bytes) -> Any:
        return json.loads(clear)
