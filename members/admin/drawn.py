"""What a row's page shows, made once: the templates of a page ask several times for each field."""

from collections.abc import Callable
from typing import Any


def once(row: Any, name: str, make: Callable[[], Any]) -> Any:
    """What `make` gave for this row under this name; the row lives as long as its page."""
    kept = row.__dict__.setdefault("_drawn", {})
    if name not in kept:
        kept[name] = make()
    return kept[name]
