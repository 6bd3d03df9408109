"""Sealed values on read-only pages: an erased member's can't be opened, and the page says so."""

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from members.sealing.keys import KeyShredded


def shown(row: Model, name: str) -> Any:
    """The value of a sealed column, or a word in its place once its key is destroyed."""
    try:
        return getattr(row, name)
    except KeyShredded:
        return _("Erased")
