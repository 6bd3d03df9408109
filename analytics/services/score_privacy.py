"""Scores of members who are merged, erased, restricted or object: they go.

Registered as steps of merges, erasures, packages and the retention; who objects, or whose data may
not be used, loses them in the same transaction. Source: docs/decisions/0090-changes-of-class.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from analytics.models import ClassChange, MemberScore
from analytics.services import score_measures
from members.models import Event
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
from members.services.merges import Merge
from members.services.privacy_sections import stream
from members.services.retention_categories import unheld

MERGE, MERGE_ORDER = "analytics.member_scores", 90
ERASURE, ERASURE_ORDER = "analytics.member_scores", 210
CHANGES = "analytics.class_changes"
CHANGES_DAYS, LEAST_DAYS = 730, 90
_LOCK = 5_217_109  # advisory lock of whoever takes scores or changes away; the night never asks
_SCORES = (
    *("as_of_on", "recency_days", "window_orders_count", "window_net_amount"),
    *("year_orders_count", "year_net_amount", "r_score", "f_score", "m_score"),
    *("engagement_score", "service_score", "rfm_4", "rfm_8", "rfm_10"),
    *("stage", "value_class", "customer_class", "health"),
)
_CHANGES = ("day", "kind", "before", "after")


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_merge_step(MERGE, MERGE_ORDER, merge, undo=parted)
    add_erasure_step(ErasureStep(ERASURE, ERASURE_ORDER, erase))
    add_export_section(
        ExportSection("analytics.scores", 210, _("Scores and classes"), _SCORES, _scores)
    )
    add_export_section(
        ExportSection("analytics.changes", 220, _("Changes of class"), _CHANGES, _changes)
    )
    add_retention(
        RetentionCategory(
            code=CHANGES,
            label=_("Changes of class"),
            default_days=CHANGES_DAYS,
            minimum_days=LEAST_DAYS,
            count=lambda before: _old(before).count(),
            remove=_remove_old,
        )
    )


def merge(done: Merge) -> None:
    """The retired card's scores go; the survivor's are computed anew the next night."""
    forget([done.retired_id])


def parted(done: Merge, moved: None) -> None:
    """Both are scored anew the next night."""


def erase(erasing: Erasing) -> Mapping[str, int]:
    _take_turns()
    ids = erasing.member_ids
    return {
        "analytics_classchange": ClassChange.objects.filter(member_id__in=ids).delete()[0],
        "analytics_memberscore": MemberScore.objects.filter(member_id__in=ids).delete()[0],
    }


def forget(member_ids: Sequence[int]) -> None:
    """Takes away scores, and what was published of them; what was told of earlier nights stays."""
    _take_turns()
    MemberScore.objects.filter(member_id__in=member_ids).delete()
    score_measures.withdraw(member_ids)


def refused(events: Sequence[Event], at: datetime) -> None:
    """Who objects to profiling: nothing that was computed stays."""
    ids = [event.member_id for event in events if event.member_id is not None]
    _take_turns()
    ClassChange.objects.filter(member_id__in=ids).delete()
    forget(ids)


def restricted(events: Sequence[Event], at: datetime) -> None:
    """Whose data may be kept but not used: no scores until that is lifted."""
    ids = [
        event.member_id
        for event in events
        if event.member_id is not None and event.payload["is_restricted"]
    ]
    if ids:
        forget(ids)


@transaction.atomic
def sweep() -> int:
    """Nightly: removes the rows of all who may not be scored, also what was written while somebody
    objected; gives how many."""
    _take_turns()
    with connection.cursor() as cursor:
        cursor.execute(_SWEEP_CHANGES)
        cursor.execute(_SWEEP)
        gone = [member_id for (member_id,) in cursor.fetchall()]
    for start in range(0, len(gone), 1_000):
        score_measures.withdraw(gone[start : start + 1_000])
    return len(gone)


def _take_turns() -> None:
    """One at a time, until the transaction ends: the counts of moves and groups that these rows
    are part of are changed in no order, and two at once would wait for each other. Changes go
    before scores, as the night writes them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _scores(member_ids: Sequence[int], at: datetime) -> Iterable[Mapping[str, Any]]:
    rows = MemberScore.objects.filter(member_id__in=member_ids).order_by("pk")
    return stream(rows.values(*_SCORES))


def _changes(member_ids: Sequence[int], at: datetime) -> Iterable[Mapping[str, Any]]:
    rows = ClassChange.objects.filter(member_id__in=member_ids).order_by("pk")
    return stream(rows.values(*_CHANGES))


def _old(before: datetime) -> Any:
    return unheld(ClassChange.objects.filter(day__lt=before.date()))


@transaction.atomic
def _remove_old(before: datetime, limit: int) -> int:
    _take_turns()
    ids = list(_old(before).order_by("pk").values_list("pk", flat=True)[:limit])
    return ClassChange.objects.filter(pk__in=ids).delete()[0]


_SWEEP = """
DELETE FROM analytics_memberscore s WHERE NOT EXISTS (
    SELECT FROM members_member m WHERE m.id = s.member_id AND m.state = 'ACTIVE' AND m.is_profiled
) RETURNING s.member_id
"""
_SWEEP_CHANGES = """
DELETE FROM analytics_classchange c USING members_member m
WHERE m.id = c.member_id AND (NOT m.is_profiled OR m.state = 'ERASED')
"""
