"""Who did or saw what, and why."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import FieldTextFilter

from members.admin import trail_filters
from members.admin.base import KeysetAdmin
from members.admin.filters import InstantsFilter
from members.models import AuditRecord


@admin.register(AuditRecord)
class AuditRecordAdmin(KeysetAdmin):
    store_path = "member__store"
    empty_hint = _("Reveals, decisions and other delicate steps appear here by themselves.")
    list_display = ("occurred_at", "action", "actor", "client", "member", "reason", "address")
    list_filter = (("action", FieldTextFilter), ("occurred_at", InstantsFilter))
    search_fields = ("=request_id",)
    search_help_text = trail_filters.SEARCH_HELP
    list_select_related = ("actor", "client", "member")
    fields = (
        ("occurred_at", "action"),
        ("actor", "client"),
        ("member", "request_id"),
        "address",
        "reason",
        "details",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditRecord], search_term: str
    ) -> tuple[QuerySet[AuditRecord], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        exact = queryset.filter(action=text)
        if exact.exists():
            return exact, False
        return trail_filters.found(
            queryset, text, of_member=lambda pk: Q(member_id=pk), now=self.now()
        ), False
