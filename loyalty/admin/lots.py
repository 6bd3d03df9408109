"""Points by lot: what came in together lapses together."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from loyalty.models import Lot
from members.admin import labels
from members.admin.base import KeysetAdmin
from members.admin.filters import InstantsFilter
from members.models import Member


@admin.register(Lot)
class LotAdmin(KeysetAdmin):
    store_path = "member__store"
    empty_hint = _("Each earning makes a lot; it shows when its points lapse.")
    list_display = (
        "id",
        "member",
        "earned_points",
        "remaining_points",
        "activates_at",
        "expires_at",
        "shown_state",
    )
    list_filter = (("expires_at", InstantsFilter),)
    list_select_related = ("member",)
    search_fields = ("member__card_number",)
    search_help_text = _("Card number")
    fields = (
        ("member", "shown_state"),
        ("activates_at", "expires_at"),
        ("earned_points", "remaining_points", "held_points"),
        ("expired_points", "clawed_points", "absorbed_points"),
    )
    readonly_fields = ("shown_state",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        card = search_term.strip().upper()
        if not card:
            return queryset, False
        ids = list(Member.objects.filter(card_number=card).values_list("pk", flat=True))
        return queryset.filter(member_id__in=ids), False

    @display(
        description=_("state"), label={"pending": "info", "open": "success", "closed": "warning"}
    )
    def shown_state(self, lot: Lot) -> labels.Label:
        """As of the last posting; readers settle lots by themselves (docs/algorithms/expiry)."""
        if not lot.is_open:
            return labels.label("closed", _("Used up or lapsed"))
        if lot.activates_at > self.now():
            return labels.label("pending", _("Not usable yet"))
        if lot.expires_at is not None and lot.expires_at <= self.now():
            return labels.label("closed", _("Lapsed"))
        return labels.label("open", _("Usable"))
