"""Points that members gave to each other; each has its entries in both ledgers."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter

from loyalty.models import Transfer
from members.admin.base import KeysetAdmin
from members.models import Member


@admin.register(Transfer)
class TransferAdmin(KeysetAdmin):
    store_path = "from_member__store"
    empty_hint = _("Where the programme allows it, members give points to each other in the app.")
    list_display = ("external_id", "recorded_at", "from_member", "to_member", "points")
    list_filter = (("business_date", RangeDateFilter),)
    list_select_related = ("from_member", "to_member")
    search_fields = ("external_id",)
    search_help_text = _("Transfer number or card number, in full")
    fields = (
        ("external_id", "source"),
        ("from_member", "to_member"),
        ("points", "business_date", "recorded_at"),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        cards = Member.objects.filter(card_number=text.upper()).values("pk")
        found = queryset.filter(external_id=text)
        found |= queryset.filter(from_member_id__in=cards)
        found |= queryset.filter(to_member_id__in=cards)
        return found, False
