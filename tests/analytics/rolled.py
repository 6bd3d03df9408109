"""The rows of all roll-ups, without their ids, in a fixed order."""

from typing import Any

from django.db.models import Model

from analytics.models import (
    CohortMonth,
    KpiDay,
    MemberDay,
    MemberMetrics,
    MemberMonth,
    PointsDay,
    PurchaseDay,
    PurchaseGap,
    StaleDay,
    StaleMember,
    StalePoints,
)
from analytics.services import fact_rebuilds

# The database counts the last two from the ones before them.
ROLLUPS = (
    MemberDay, PurchaseDay, MemberMonth, MemberMetrics, KpiDay, PointsDay, PurchaseGap, CohortMonth,
)  # fmt: skip


def everything() -> dict[str, list[tuple[Any, ...]]]:
    return {model.__name__: rows(model) for model in ROLLUPS}


def rows(model: type[Model], *fields: str, **narrowed: Any) -> list[tuple[Any, ...]]:
    """The named columns, by default all but the id."""
    columns = fields or tuple(
        field.attname for field in model._meta.concrete_fields if field.name != "id"
    )
    found = model._default_manager.filter(**narrowed).values_list(*columns)
    return sorted(found, key=lambda row: [(value is not None, str(value)) for value in row])


def marks() -> tuple[int, int, int]:
    """Members, days and points that wait."""
    return tuple(one.objects.count() for one in (StaleMember, StaleDay, StalePoints))  # type: ignore[return-value]


def from_nothing() -> dict[str, list[tuple[Any, ...]]]:
    """What all roll-ups are when they are made anew in an empty place."""
    for model in (*ROLLUPS, StaleMember, StaleDay, StalePoints):
        model.objects.all().delete()
    list(fact_rebuilds.rebuild())
    return everything()
