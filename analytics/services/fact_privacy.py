"""What a member's package holds of the roll-ups: sums that were computed of their own orders.

An erasure leaves them, as it leaves the orders that they are made of (docs/decisions/0072): they
are figures under an id that leads to no person, and the shop's totals must not change. They are
kept as long as the orders. A merge marks both members (`member_days.follow_merge`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.models import MemberMetrics, MemberMonth
from members.registry.privacy import ExportSection, add_export_section
from members.services.privacy_sections import stream

Rows = Iterable[Mapping[str, Any]]
_METRICS = (
    *("first_day", "second_day", "last_day", "purchase_days_count", "orders_count"),
    *("net_amount", "gap_days"),
)
_MONTHS = ("month", "cohort_month", "orders_count", "purchase_days_count", "net_amount")


def register() -> None:
    """Called by `apps.ready`."""
    add_export_section(
        ExportSection("analytics.metrics", 190, _("Sums of purchases"), _METRICS, _metrics)
    )
    add_export_section(
        ExportSection("analytics.months", 200, _("Purchases by month"), _MONTHS, _months)
    )


def _metrics(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = MemberMetrics.objects.filter(member_id__in=member_ids).order_by("pk")
    return stream(rows.values(*_METRICS))


def _months(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = MemberMonth.objects.filter(member_id__in=member_ids).order_by("member_id", "month")
    return stream(rows.values(*_MONTHS))
