"""Pages that begin after a row, not at a number: the millionth costs as much as the first."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """Rows, newest first. `next_before_id` asks for the older ones; None at the end."""

    rows: list[M]
    next_before_id: int | None


def newest_first(queryset: "models.QuerySet[M]", *, before_id: int | None, limit: int) -> Page[M]:
    """The `limit` newest rows with an id below `before_id`; one query."""
    if before_id is not None:
        queryset = queryset.filter(pk__lt=before_id)
    return cut(list(queryset.order_by("-pk")[: limit + 1]), limit=limit)


def cut(rows: list[M], *, limit: int) -> Page[M]:
    """A page of `limit` from rows that were asked for with one more than that."""
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, rows[-1].pk if more else None)
