"""What a member's package holds of campaigns: those they were in, receipts, grants, tasks."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.models import ClerkTask, ContactCredit, Enrollment, Receipt, StepRecord
from members.registry.privacy import ExportSection, add_export_section
from members.services.privacy_sections import stream

Rows = Iterable[Mapping[str, Any]]
_CAMPAIGN = ("campaign", "variant", "state", "reason", "entered_at", "ended_at", "converted_at")
_STEP = ("campaign", "step", "kind", "outcome", "detail", "recorded_at")
_RECEIPT = ("campaign", "medium", "kind", "is_machine", "detail", "occurred_at")
_CREDIT = ("medium", "template", "left_count", "granted_count", "changed_at")
_TASK = ("campaign", "task", "store", "state", "due_on", "created_at", "done_at", "outcome")


def register() -> None:
    """Called by `apps.ready`."""
    for code, order, title, columns, rows in (
        ("campaigns.campaigns", 230, _("Campaigns"), _CAMPAIGN, _campaigns),
        ("campaigns.steps", 231, _("Steps in campaigns"), _STEP, _steps),
        ("campaigns.receipts", 232, _("What became of messages"), _RECEIPT, _receipts),
        ("campaigns.credits", 233, _("Messages that you granted"), _CREDIT, _credits),
        ("campaigns.tasks", 234, _("What staff were asked to do"), _TASK, _tasks),
    ):
        add_export_section(ExportSection(code, order, title, columns, rows))


def _campaigns(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = Enrollment.objects.filter(member_id__in=member_ids).order_by("pk")
    for row in stream(rows.select_related("campaign")):
        known = {name: getattr(row, name) for name in _CAMPAIGN[2:]}
        yield {"campaign": row.campaign.code, "variant": row.arm, **known}


def _steps(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = StepRecord.objects.filter(enrollment__member_id__in=member_ids).order_by("pk")
    for row in stream(rows.select_related("enrollment__campaign")):
        known = {name: getattr(row, name) for name in _STEP[1:]}
        yield {"campaign": row.enrollment.campaign.code, **known}


def _receipts(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = Receipt.objects.filter(delivery__member_id__in=member_ids).order_by("pk")
    for row in stream(rows.select_related("delivery__campaign")):
        yield {
            "campaign": row.delivery.campaign.code,
            "medium": row.delivery.medium,
            "kind": row.kind,
            "is_machine": row.is_machine,
            "detail": row.detail,
            "occurred_at": row.occurred_at,
        }


def _credits(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = ContactCredit.objects.filter(member_id__in=member_ids).order_by("pk")
    return stream(rows.values(*_CREDIT))


def _tasks(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = ClerkTask.objects.filter(member_id__in=member_ids).order_by("pk")
    for row in stream(rows.select_related("enrollment__campaign", "store")):
        yield {
            "campaign": row.enrollment.campaign.code,
            "task": row.name,
            "store": row.store.code if row.store else "",
            "state": row.state,
            "due_on": row.due_on,
            "created_at": row.created_at,
            "done_at": row.done_at,
            "outcome": row.outcome,
        }
