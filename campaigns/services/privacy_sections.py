"""What a member's package holds of this app: messages with their texts, offers used."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.models import Delivery, OfferUse
from members.registry.privacy import ExportSection, add_export_section
from members.services.privacy_sections import stream

Rows = Iterable[Mapping[str, Any]]
_MESSAGE = (
    "campaign",
    "medium",
    "state",
    "reason",
    "subject",
    "body",
    "queued_at",
    "sent_at",
    "opened_at",
)
_USE = ("code", "state", "used_on", "amount", "returned_amount", "recorded_at")


def register() -> None:
    """Called by `apps.ready`."""
    add_export_section(ExportSection("campaigns.messages", 210, _("Messages"), _MESSAGE, _messages))
    add_export_section(ExportSection("campaigns.offers", 220, _("Offers used"), _USE, _uses))


def _messages(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = Delivery.objects.filter(member__in=member_ids).order_by("pk")
    for row in stream(rows.select_related("campaign", "member__key")):
        yield {**{name: getattr(row, name) for name in _MESSAGE}, "campaign": row.campaign.code}


def _uses(member_ids: Sequence[int], at: datetime) -> Rows:
    return stream(OfferUse.objects.filter(member_id__in=member_ids).order_by("pk").values(*_USE))
