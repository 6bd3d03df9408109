"""Points that checkouts keep aside: who holds how many until when, and how it ended."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from loyalty.models import Hold
from members.admin import labels
from members.admin.base import KeysetAdmin
from members.models import Member

_TONES = {"OPEN": "info", "CAPTURED": "success", "RELEASED": "default", "EXPIRED": "warning"}


@admin.register(Hold)
class HoldAdmin(KeysetAdmin):
    store_path = "member__store"
    empty_hint = _("Tills and shops hold points through the API while a customer pays.")
    list_display = (
        "external_id",
        "created_at",
        "member",
        "points",
        "captured_points",
        "expires_at",
        "shown_state",
    )
    list_filter = ("state", ("created_at", RangeDateTimeFilter))
    list_select_related = ("member",)
    search_fields = ("external_id",)
    search_help_text = _("Hold number or card number, in full")
    fields = (
        ("external_id", "source"),
        ("member", "shown_state"),
        ("created_at", "expires_at", "resolved_at"),
        ("points", "captured_points"),
    )
    readonly_fields = ("shown_state",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        cards = Member.objects.filter(card_number=text.upper()).values("pk")
        return queryset.filter(external_id=text) | queryset.filter(member_id__in=cards), False

    @display(description=_("state"), label=_TONES)
    def shown_state(self, hold: Hold) -> labels.Label:
        """As it is now: one whose time is over holds nothing, whether or not it was written."""
        state = Hold.State(hold.state)
        if state == Hold.State.OPEN and hold.expires_at <= self.now():
            state = Hold.State.EXPIRED
        return labels.label(state.value, state.label)
