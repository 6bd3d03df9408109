"""Service cases when a member is merged, erased, or takes their data along.

Cases move to the survivor, sealed anew. Messages are append-only and sealed with the key of whom
they were written about: in a merge they stay, and are read through their case; an erasure destroys
that key too.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from members.models import CaseMessage, ServiceCase
from members.registry.privacy import (
    Erasing,
    ErasureStep,
    ExportSection,
    add_erasure_step,
    add_export_section,
)
from members.services import merge_rows, notes, tag_rules

COLUMNS = (
    "case",
    "opened_at",
    "topic",
    "kind",
    "medium",
    "state",
    "subject",
    "first_response_at",
    "resolved_at",
    "satisfaction",
)
MESSAGE_COLUMNS = ("case", "occurred_at", "kind", "text")


CODE, ORDER = "members.service_cases", 55


def register() -> None:
    """Called by `apps.ready`."""
    merge_rows.add_step(CODE, ORDER, ServiceCase)
    notes.register()
    tag_rules.register()
    add_erasure_step(ErasureStep(CODE, ORDER, erase))
    add_export_section(ExportSection(CODE, ORDER, _("Service cases"), COLUMNS, exported))
    add_export_section(
        ExportSection(
            "members.case_messages",
            ORDER + 1,
            _("What was said in service cases"),
            MESSAGE_COLUMNS,
            exported_messages,
        )
    )


def erase(erasing: Erasing) -> dict[str, int]:
    """How many cases name no order any more. Their subjects are emptied with all sealed columns,
    and what was said can't be opened without the member's key."""
    rows = ServiceCase.objects.filter(member_id__in=erasing.member_ids)
    return {"members_servicecase": rows.exclude(order_reference="").update(order_reference="")}


def exported(member_ids: Sequence[int], at: datetime) -> Iterable[dict[str, Any]]:
    """The member's cases, for the package that they take along."""
    rows = ServiceCase.objects.filter(member_id__in=member_ids)
    for case in rows.select_related("topic", "member__key").order_by("pk").iterator(500):
        yield {
            "case": str(case.uid),
            "topic": case.topic.code,
            **{name: getattr(case, name) for name in COLUMNS if name not in ("case", "topic")},
        }


def exported_messages(member_ids: Sequence[int], at: datetime) -> Iterable[dict[str, Any]]:
    """What was said in them; notes among staff are about the member too."""
    rows = CaseMessage.objects.filter(member_id__in=member_ids)
    for message in rows.select_related("case", "member__key").order_by("pk").iterator(500):
        yield {
            "case": str(message.case.uid),
            "occurred_at": message.occurred_at,
            "kind": message.kind,
            "text": message.text,
        }
