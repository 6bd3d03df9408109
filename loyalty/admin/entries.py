"""The points ledger, newest entry first."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from loyalty.admin import documents, words
from loyalty.models import LedgerEntry
from members.admin import labels, sealed
from members.admin.base import KeysetAdmin
from members.admin.filters import InstantsFilter
from members.models import Member

_PAGES = {"ORDER": "admin:loyalty_order_change", "REFUND": "admin:loyalty_refund_change"}
_COLORS = labels.Colors(
    {
        "EARN": "success",
        "RESTORE": "success",
        "REDEEM": "info",
        "EXPIRE": "warning",
        "CLAWBACK": "danger",
        "DEBT": "danger",
        "ADJUST": "primary",
    }
)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(KeysetAdmin):
    store_path = "member__store"
    empty_hint = _("Entries are written with each order, refund, expiry and adjustment.")
    list_display = (
        "id",
        "occurred_at",
        "member",
        "shown_kind",
        "shown_points",
        "active_after",
        "shown_reason",
        "shown_document",
    )
    list_filter = ("kind", ("occurred_at", InstantsFilter))
    list_select_related = ("member__key",)
    search_fields = ("member__card_number",)
    search_help_text = _("Card number")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("member", "occurred_at"),
                    ("shown_kind", "shown_points"),
                    ("shown_reason", "shown_document"),
                    ("shown_note", "actor"),
                    "recorded_at",
                )
            },
        ),
        (_("Balances afterwards"), {"fields": (("active_after", "pending_after", "debt_after"),)}),
    )
    readonly_fields = ("shown_kind", "shown_points", "shown_reason", "shown_document", "shown_note")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the member's id first, so that the index of a statement serves."""
        card = search_term.strip().upper()
        if not card:
            return queryset, False
        ids = list(Member.objects.filter(card_number=card).values_list("pk", flat=True))
        return queryset.filter(member_id__in=ids), False

    @display(description=_("kind"), label=_COLORS)
    def shown_kind(self, entry: LedgerEntry) -> labels.Label:
        return labels.label(entry.kind, entry.get_kind_display())

    @display(description=_("points"))
    def shown_points(self, entry: LedgerEntry) -> Any:
        return documents.signed(entry.points)

    @display(description=_("reason"))
    def shown_reason(self, entry: LedgerEntry) -> str:
        return words.reason(entry.reason)

    @display(description=_("note"))
    def shown_note(self, entry: LedgerEntry) -> str:
        return sealed.shown(entry, "note") or ""

    @display(description=_("document"))
    def shown_document(self, entry: LedgerEntry) -> Any:
        label = entry.get_source_type_display()
        page = _PAGES.get(entry.source_type)
        if page is None or entry.source_id is None:
            return label
        return format_html('<a href="{}">{}</a>', reverse(page, args=[entry.source_id]), label)
