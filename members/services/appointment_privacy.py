"""What erasure, retention, a merge and a member's own copy do with appointments."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import Appointment
from members.registry.privacy import (
    Erasing,
    ErasureStep,
    ExportSection,
    RetentionCategory,
    add_erasure_step,
    add_export_section,
    add_retention,
)
from members.rules import appointments as rules
from members.services import merge_rows
from members.services.retention_categories import unheld

MOST_EXPORTED = 10_000
CODE, ORDER = "members.appointments", 60
COLUMNS = ("kind", "store", "starts_at", "ends_at", "state", "booked_at")


def register() -> None:
    """Called by `voices.register`."""
    merge_rows.add_step(CODE, ORDER, Appointment)
    add_erasure_step(ErasureStep(CODE, ORDER, erase))
    add_export_section(ExportSection(CODE, ORDER, _("Appointments"), COLUMNS, rows))
    add_retention(
        RetentionCategory(
            code=CODE,
            label=_("Appointments that are over"),
            default_days=730,
            minimum_days=30,
            count=count_old,
            remove=remove_old,
        )
    )


def erase(erasing: Erasing) -> dict[str, int]:
    """Cancels what is ahead, which frees the places, and forgets the numbers by which other
    systems know them. When a store was busy stays, as nobody's visit."""
    mine = Appointment.objects.filter(member_id__in=erasing.member_ids)
    mine.filter(state__in=rules.TAKING).update(
        state=Appointment.State.CANCELED, closed_at=erasing.at
    )
    return {"members_appointment": mine.exclude(external_id="").update(external_id="")}


def rows(member_ids: Sequence[int], at: datetime) -> Iterator[Mapping[str, Any]]:
    found = Appointment.objects.filter(member_id__in=member_ids).select_related("kind", "store")
    for one in found.order_by("starts_at", "pk")[:MOST_EXPORTED]:
        yield {
            "kind": one.kind.name,
            "store": one.store.name,
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
            "state": one.state,
            "booked_at": one.booked_at,
        }


def count_old(before: datetime) -> int:
    return _old(before).count()


def remove_old(before: datetime, limit: int) -> int:
    chosen = _old(before).order_by("pk").values_list("pk", flat=True)[:limit]
    _count, by_model = Appointment.objects.filter(pk__in=list(chosen)).delete()
    return by_model.get("members.Appointment", 0)


def _old(before: datetime) -> "QuerySet[Appointment]":
    return unheld(Appointment.objects.filter(closed_at__lt=before, starts_at__lt=before))
