"""Behavior events when a member is merged or erased, takes their data along, or time passes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import BehaviorEvent
from members.registry import panels
from members.registry.privacy import (
    Erasing,
    ErasureStep,
    ExportSection,
    RetentionCategory,
    add_erasure_step,
    add_export_section,
    add_retention,
)
from members.services import behavior_desks
from members.services.merges import Merge
from members.services.retention_categories import unheld

CODE, ORDER = "members.behavior_events", 65
MINIMUM_DAYS = 30
# A merge of more can't be taken back: the list of what moved would be longer than what moved.
MOST_GIVEN_BACK = 50_000
COLUMNS = (
    "occurred_at", "kind", "object", "channel", "store", "dwell_seconds", "attributes",
)  # fmt: skip


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_merge_step(CODE, ORDER, move, undo=give_back, obstacle=obstacle)
    add_erasure_step(ErasureStep(CODE, ORDER, erase))
    add_export_section(ExportSection(CODE, ORDER, _("Behavior"), COLUMNS, exported))
    add_retention(
        RetentionCategory(
            code=behavior_desks.CATEGORY,
            label=_("Behavior events"),
            default_days=behavior_desks.KEPT_DAYS,
            minimum_days=MINIMUM_DAYS,
            count=count_old,
            remove=remove_old,
        )
    )


def move(done: Merge) -> dict[str, Any]:
    """Moves all events in one statement; keeps their ids while they are not too many."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [done.survivor_id, done.retired_id])
        ids = [pk for (pk,) in cursor.fetchall()]
    return {"count": len(ids), "ids": ids if len(ids) <= MOST_GIVEN_BACK else []}


def give_back(done: Merge, moved: dict[str, Any]) -> None:
    """Those that are still kept; what came since stays with the survivor."""
    rows = BehaviorEvent.objects.filter(pk__in=moved["ids"], member_id=done.survivor_id)
    rows.update(member_id=done.retired_id)


def obstacle(done: Merge, moved: dict[str, Any]) -> str:
    """Too many events moved to tell them apart again."""
    return "too_many_events" if moved["count"] > len(moved["ids"]) else ""


def erase(erasing: Erasing) -> dict[str, int]:
    """How many events went: the member's, and what their visitors did without saying so."""
    with connection.cursor() as cursor:
        cursor.execute(_ERASE, {"members": list(erasing.member_ids)})
        return {"members_behaviorevent": cursor.fetchone()[0]}


def exported(member_ids: Sequence[int], at: datetime) -> Iterable[dict[str, Any]]:
    """The member's events, oldest first, for the package that they take along."""
    rows = BehaviorEvent.objects.filter(member_id__in=member_ids).select_related("store")
    for event in rows.order_by("occurred_at", "pk").iterator(2_000):
        yield {
            **{name: getattr(event, name) for name in COLUMNS},
            "store": event.store.code if event.store else "",
        }


def count_old(before: datetime) -> int:
    return _old(before).count()


def remove_old(before: datetime, limit: int) -> int:
    """Oldest first, along the index of their age; rows that are at work wait for the next run."""
    rows = _old(before).order_by("occurred_at").select_for_update(skip_locked=True, of=("self",))
    ids = list(rows.values_list("pk", flat=True)[:limit])
    removed, _by_table = BehaviorEvent.objects.filter(pk__in=ids).delete()
    return removed


def _old(before: datetime) -> QuerySet[BehaviorEvent]:
    return unheld(BehaviorEvent.objects.filter(occurred_at__lt=before))


_MOVE = "UPDATE members_behaviorevent SET member_id = %s WHERE member_id = %s RETURNING id"
# What a visitor did after their last claim is nobody's by name, and the member's all the same.
_ERASE = """
WITH visitors AS MATERIALIZED (
    SELECT DISTINCT source, visitor FROM members_behaviorevent
    WHERE member_id = ANY(%(members)s) AND visitor <> ''
), unsaid AS (
    DELETE FROM members_behaviorevent e USING visitors v
    WHERE e.source = v.source AND e.visitor = v.visitor AND e.visitor <> ''
      AND e.member_id IS NULL
    RETURNING e.id
), own AS (
    DELETE FROM members_behaviorevent WHERE member_id = ANY(%(members)s) RETURNING id
)
SELECT (SELECT count(*) FROM unsaid) + (SELECT count(*) FROM own)
"""
