"""Whose key seals a row, and what a sealed value is bound to: column and member."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.core import checks
from django.db import models

from members.sealing import envelope, keys
from members.sealing.values import UNOPENED, SealedValueError

if TYPE_CHECKING:
    from members.sealing.fields import SealedField

_NOBODY = UUID(int=0)


class Ownership:
    """Seals and opens the values of one column of one model."""

    def __init__(self, model: type[models.Model], label: str) -> None:
        self.model = model
        self.label = label
        self._context = label.encode() + b"|"

    @cached_property
    def sealed_with(self) -> str | None:
        path: str | None = getattr(self.model, "sealed_with", "member")
        return path

    @cached_property
    def is_raw(self) -> bool:
        """Nothing is opened from, or sealed for, such a model: its rows keep bytes as they are.

        True for pghistory's models (triggers copy the bytes) and for the models that migrations
        see, which have no `sealed_with`.
        """
        return hasattr(self.model, "pgh_tracked_model") or self.model.__module__ == "__fake__"

    @cached_property
    def _foreign_key(self) -> models.ForeignKey[Any, Any] | None:
        path = self.sealed_with
        if self.is_raw or path is None or path == "self":
            return None
        return cast("models.ForeignKey[Any, Any]", self.model._meta.get_field(path))

    def owner_id(self, instance: models.Model) -> Any:
        """The member's id where a row can change its member; UNOPENED if not known yet."""
        key = self._foreign_key
        return None if key is None else instance.__dict__.get(key.attname, UNOPENED)

    def seal(self, instance: models.Model, clear: bytes) -> bytes:
        if not clear:
            return b""
        owner = self._owner(instance)
        if owner is None:
            return keys.seal_for_house(clear, self._bound_to(_NOBODY))
        cipher = keys.cipher_of(owner)
        return envelope.seal(clear, cipher=cipher, context=self._bound_to(owner.uid))

    def open_sealed(self, instance: models.Model, raw: bytes) -> bytes:
        """Raises: CannotOpen."""
        if not raw:
            return b""
        try:
            owner = self._owner(instance)
            if owner is None:
                return keys.open_for_house(raw, self._bound_to(_NOBODY))
            cipher = keys.cipher_of(owner)
            return envelope.open_sealed(raw, cipher=cipher, context=self._bound_to(owner.uid))
        except envelope.CannotOpen as error:
            raise type(error)(f"{self.label} of row {instance.pk}: {error}") from None

    def reseal_for_house(self, raw: bytes) -> bytes:
        """A value of the house sealed by the newest version.

        Raises: CannotOpen.
        """
        context = self._bound_to(_NOBODY)
        return keys.seal_for_house(keys.open_for_house(raw, context), context)

    def check(self, field: SealedField) -> list[checks.CheckMessage]:
        """The model names an owner that it has, before the field, so that moves are noticed."""
        if self.is_raw or self.sealed_with in (None, "self"):
            return []
        names = [one.name for one in self.model._meta.concrete_fields]
        if self.sealed_with in names and names.index(self.sealed_with) < names.index(field.name):
            return []
        return [
            checks.Error(
                f"{self.label} is sealed with `{self.sealed_with}`, which the model doesn't "
                f"have, or has after it.",
                hint="Set `sealed_with` to the foreign key to the member, declared above.",
                obj=field,
                id="sealing.E002",
            )
        ]

    def _bound_to(self, uid: UUID) -> bytes:
        return self._context + uid.bytes

    def _owner(self, instance: models.Model) -> Any:
        """The member whose key it is; None means the key of the house."""
        if self.sealed_with == "self":
            return instance
        key = self._foreign_key
        if key is None:
            return None
        if getattr(instance, key.attname) is None and not key.is_cached(instance):
            if key.null:
                return None
            raise SealedValueError(
                f"{self.label} is sealed with the key of its `{key.name}`: set that first."
            )
        return getattr(instance, key.name)
