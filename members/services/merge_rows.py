"""Moves rows of a table from one member to another and back, for steps of a merge.

For tables of which both members may have any number. Sealed ones are sealed anew: their bytes
open only with the key, and under the id, of the member that they name.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Model

from members.registry import panels
from members.sealing.fields import SealedField
from members.services.merges import Merge


def add_step(code: str, order: int, model: type[Model], *, field: str = "member") -> None:
    """A step that moves all rows of `model`, and gives back those that it moved. Rows that came
    since stay with the survivor."""

    def run(done: Merge) -> list[int]:
        return move(model, done, field=field)

    def undo(done: Merge, moved: list[int]) -> None:
        give_back(model, done, moved, field=field)

    panels.add_merge_step(code, order, run, undo=undo)


def move(model: type[Model], done: Merge, *, field: str = "member") -> list[int]:
    """The ids of the rows that were the retired member's and now are the survivor's."""
    rows = model._base_manager.filter(**{f"{field}_id": done.retired_id})
    ids: list[int] = list(rows.order_by("pk").values_list("pk", flat=True))
    _hand_over(model, ids, done.survivor_id, field)
    return ids


def give_back(
    model: type[Model], done: Merge, ids: Collection[int], *, field: str = "member"
) -> None:
    """Those of the rows that are still the survivor's are the retired member's again."""
    rows = model._base_manager.filter(pk__in=ids, **{f"{field}_id": done.survivor_id})
    _hand_over(model, list(rows.values_list("pk", flat=True)), done.retired_id, field)


def _hand_over(model: type[Model], ids: Collection[int], member_id: int, field: str) -> None:
    rows = model._base_manager.filter(pk__in=ids)
    if getattr(model, "sealed_with", "") != field:
        rows.update(**{f"{field}_id": member_id})
        return
    owner: Any = model._meta.get_field(field).related_model._base_manager.get(pk=member_id)  # type: ignore[union-attr]
    sealed = [one.attname for one in model._meta.concrete_fields if isinstance(one, SealedField)]
    for row in rows.select_related(f"{field}__key"):
        for name in sealed:
            # Opened with the key of the one before; saving seals it with the other's.
            getattr(row, name)
        setattr(row, field, owner)
        row.save()
