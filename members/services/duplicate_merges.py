"""What a merge, an erasure and time do to pairs that may be one person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import DuplicateCandidate, MemberMerge
from members.registry import panels, privacy
from members.registry.privacy import Erasing
from members.services import duplicates
from members.services.merges import Merge
from members.services.retention_categories import unheld

_State = DuplicateCandidate.State


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_merge_step("members.duplicates", 60, move, undo=give_back)
    panels.add_job_kind(duplicates.KIND, duplicates.run)
    panels.add_night_step(
        panels.NightStep("members.duplicates", 80, lambda at: duplicates.find(at=at))
    )
    privacy.add_erasure_step(privacy.ErasureStep("members.duplicates", 110, erase))
    privacy.add_export_section(
        privacy.ExportSection(
            "merges", 110, _("Merged cards"), ("merged_at", "card", "undone_at"), merged_cards
        )
    )
    privacy.add_retention(
        privacy.RetentionCategory(
            code="members.duplicates",
            label=_("Possible duplicates that were closed"),
            default_days=365,
            minimum_days=30,
            count=lambda before: _closed(before).count(),
            remove=remove,
        )
    )


def move(done: Merge) -> dict[str, Any]:
    """The pair of the two is merged; what was dismissed with the retired card is dismissed with
    the survivor; other pairs of it are gone, and found anew with the survivor."""
    rows = list(_of([done.retired_id]).order_by("pk").select_for_update())
    states = [[row.pk, row.state] for row in rows]
    made = []
    for row in rows:
        other = row.second_id if row.first_id == done.retired_id else row.first_id
        if other == done.survivor_id:
            row.state, row.decided_by_id = _State.MERGED, done.actor_id
        elif row.state == _State.DISMISSED:
            made += _dismiss_with_survivor(row, other, done)
        else:
            row.state = _State.GONE
        row.decided_at = done.at
    DuplicateCandidate.objects.bulk_update(rows, ["state", "decided_at", "decided_by"])
    return {"states": states, "made": made}


def give_back(done: Merge, moved: dict[str, Any]) -> None:
    """Pairs as they were; the two themselves were found to be two."""
    DuplicateCandidate.objects.filter(pk__in=moved["made"]).delete()
    for pk, state in moved["states"]:
        DuplicateCandidate.objects.filter(pk=pk).update(state=state)
    first, second = sorted((done.survivor_id, done.retired_id))
    pair = DuplicateCandidate.objects.filter(first_id=first, second_id=second)
    pair.update(state=_State.DISMISSED, decided_at=done.at, decided_by=done.actor_id)


def erase(erasing: Erasing) -> Mapping[str, int]:
    """Pairs go; what staff wrote as the reason of a merge is emptied."""
    count, _by_model = _of(erasing.member_ids).delete()
    rows = MemberMerge.objects.filter(
        Q(survivor__in=erasing.member_ids) | Q(retired__in=erasing.member_ids)
    ).exclude(reason="")
    return {"members_duplicatecandidate": count, "members_membermerge": rows.update(reason="")}


def merged_cards(member_ids: Sequence[int], at: datetime) -> list[dict[str, Any]]:
    """Rows of the package that a member takes along."""
    rows = MemberMerge.objects.filter(survivor__in=member_ids).select_related("retired")
    return [
        {
            "merged_at": row.merged_at.isoformat(),
            "card": row.retired.card_number,
            "undone_at": row.undone_at.isoformat() if row.undone_at else "",
        }
        # Cards that were parted again are somebody else's.
        for row in rows.filter(undone_at__isnull=True).order_by("pk")
    ]


def remove(before: datetime, limit: int) -> int:
    """Removes closed pairs; dismissed ones stay, or they would come back."""
    ids = list(_closed(before).order_by("pk").values_list("pk", flat=True)[:limit])
    count, _by_model = DuplicateCandidate.objects.filter(pk__in=ids).delete()
    return count


def _closed(before: datetime) -> QuerySet[DuplicateCandidate]:
    closed = DuplicateCandidate.objects.filter(
        state__in=(_State.GONE, _State.MERGED), decided_at__lt=before
    )
    return unheld(unheld(closed, "first_id"), "second_id")


def _of(member_ids: Sequence[int]) -> QuerySet[DuplicateCandidate]:
    return DuplicateCandidate.objects.filter(Q(first__in=member_ids) | Q(second__in=member_ids))


def _dismiss_with_survivor(row: DuplicateCandidate, other: int, done: Merge) -> list[int]:
    first, second = sorted((done.survivor_id, other))
    copy, is_new = DuplicateCandidate.objects.get_or_create(
        first_id=first,
        second_id=second,
        defaults={
            "score": row.score,
            "reasons": row.reasons,
            "state": _State.DISMISSED,
            "found_at": row.found_at,
            "decided_at": row.decided_at,
            "decided_by_id": row.decided_by_id,
            "note": row.note,
        },
    )
    return [copy.pk] if is_new else []
