"""Who did or saw what, and why."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from members.admin.base import KeysetAdmin
from members.models import AuditRecord


@admin.register(AuditRecord)
class AuditRecordAdmin(KeysetAdmin):
    empty_hint = _("Reveals, decisions and other delicate steps appear here by themselves.")
    list_display = ("occurred_at", "action", "actor", "client", "member", "reason")
    list_filter = (("occurred_at", RangeDateTimeFilter),)
    search_fields = ("=action", "=actor__username", "=member__card_number")
    search_help_text = _("Action, user name of the operator or card number")
    list_select_related = ("actor", "client", "member")
    fields = (
        ("occurred_at", "action"),
        ("actor", "client"),
        ("member", "request_id"),
        "reason",
        "details",
    )
