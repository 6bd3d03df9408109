"""Django fields whose column holds sealed bytes (skeleton; see the class attribute below).

The model says whose key seals: `sealed_with = "self"` (the member itself), the name of its
foreign key to the member (`"member"`, the default), or None: the key of the house, for rows
without a member. `sealed_without_member = True` lets rows whose foreign key is NULL use it too.
"""

from typing import Any

from django.db import models

from members.sealing.envelope import CannotOpen
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


class SealedField(models.BinaryField):
    """A column of sealed bytes."""


class SealedTextField(SealedField):
    """Text of at most `max_length` characters."""


class SealedDateField(SealedField):
    """A calendar date."""


class SealedJSONField(SealedField):
    """Whatever JSON holds."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
