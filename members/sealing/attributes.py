"""The attribute of a sealed column: opens when read, remembers what was set until it is saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from members.sealing.envelope import CannotOpen
from members.sealing.values import UNOPENED, Sealed, SealedValueError

if TYPE_CHECKING:
    from members.sealing.fields import SealedField

_MISSING: Any = object()
# True while Django copies attributes from a fresh row to a stale one: the sealed value itself
# is handed over then, or refreshing would open (and, of an erased member, fail).
_handing_over: ContextVar[bool] = ContextVar("handing_over_sealed_values", default=False)


class SealedAttribute(DeferredAttribute):
    """Keeps a `Sealed` (or None) in the instance's `__dict__`."""

    field: SealedField

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        if instance is None:
            return self
        held = self.held(instance)
        if held is None or _handing_over.get():
            return held
        if held.clear is UNOPENED:
            if self.field.ownership.is_raw:
                return held
            self._open(instance, held)
        return held.clear

    def __set__(self, instance: models.Model, value: Any) -> None:
        values = instance.__dict__
        name = self.field.attname
        if value is None:
            values[name] = None
        elif isinstance(value, Sealed):
            if value.owner_id is UNOPENED:
                value.owner_id = self.field.ownership.owner_id(instance)
            values[name] = value
        elif hasattr(value, "resolve_expression"):
            raise SealedValueError(f"{self.field.label} is sealed: set a value, no expression.")
        else:
            values[name] = self._with_clear(values.get(name), value)

    def held(self, instance: models.Model) -> Sealed | None:
        """What the instance holds, unopened; loads it if it was deferred."""
        held: Sealed | None = instance.__dict__.get(self.field.attname, _MISSING)
        if held is _MISSING:
            with _hand_over():
                super().__get__(instance)
            held = instance.__dict__[self.field.attname]
        return held

    def sealed_for_saving(self, instance: models.Model) -> Sealed | None:
        """What the column gets: the old bytes if the value is the same, else newly sealed ones."""
        held = self.held(instance)
        if held is None or not self._needs_sealing(instance, held):
            return held
        field = self.field
        clear = field.to_clear(held.clear)
        opened = field.to_bytes(clear)
        raw = self._former_if_same(instance, held, opened)
        if raw is None:
            raw = field.ownership.seal(instance, opened)
        sealed = Sealed(field.label, raw, clear=clear, owner_id=field.ownership.owner_id(instance))
        sealed.opened_bytes = opened
        instance.__dict__[field.attname] = sealed
        return sealed

    def _with_clear(self, held: Sealed | None, value: Any) -> Sealed:
        if held is None:
            return Sealed(self.field.label, None, clear=value)
        if held.is_open and type(held.clear) is type(value) and held.clear == value:
            return held
        former = held.raw if held.raw is not None else held.former_raw
        return Sealed(
            self.field.label, None, clear=value, owner_id=held.owner_id, former_raw=former
        )

    def _open(self, instance: models.Model, held: Sealed) -> None:
        assert held.raw is not None
        ownership = self.field.ownership
        if held.owner_id is UNOPENED:
            held.owner_id = ownership.owner_id(instance)
        held.opened_bytes = ownership.open_sealed(instance, held.raw)
        held.clear = self.field.from_bytes(held.opened_bytes)

    def _needs_sealing(self, instance: models.Model, held: Sealed) -> bool:
        if self.field.ownership.is_raw:
            return False
        if held.raw is None:
            return True
        owner_id = self.field.ownership.owner_id(instance)
        if held.owner_id is not UNOPENED and held.owner_id != owner_id:
            if not held.is_open:
                raise SealedValueError(
                    f"{self.field.label} is sealed for another member: "
                    f"read the attribute before moving the row, then save."
                )
            return True
        # A list or dict that was changed in place.
        return held.is_open and self.field.to_bytes(held.clear) != held.opened_bytes

    def _former_if_same(self, instance: models.Model, held: Sealed, opened: bytes) -> bytes | None:
        moved = held.owner_id != self.field.ownership.owner_id(instance)
        if held.former_raw is None or moved:
            return None
        try:
            same = self.field.ownership.open_sealed(instance, held.former_raw) == opened
        except CannotOpen:
            # What is being replaced need not be readable.
            return None
        return held.former_raw if same else None


def keep_sealed_on_refresh(model: type[models.Model]) -> None:
    """Makes `refresh_from_db` copy sealed values unopened.

    Without this a refresh would open every sealed value and mark it as changed.
    """
    plain = model.refresh_from_db
    if getattr(plain, "hands_over_sealed", False):
        return

    @wraps(plain)
    def refresh_from_db(self: models.Model, *args: Any, **options: Any) -> None:
        with _hand_over():
            plain(self, *args, **options)

    refresh_from_db.hands_over_sealed = True  # type: ignore[attr-defined]
    model.refresh_from_db = refresh_from_db  # type: ignore[method-assign]


@contextmanager
def _hand_over() -> Iterator[None]:
    token = _handing_over.set(True)
    try:
        yield
    finally:
        _handing_over.reset(token)
