"""Tiers, lowest first, as sentences."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminColorInputWidget

from loyalty.admin import program_sentences
from loyalty.admin.amount_fields import AmountField
from loyalty.models import Tier
from members.admin.base import ConsoleAdmin


class TierForm(forms.ModelForm):  # type: ignore[type-arg]
    spend_amount = AmountField(
        label=capfirst(_("net spend from")),
        help_text=_("Sales less refunds within the window; 0: spend doesn't count."),
        initial=0,
    )

    class Meta:
        widgets = {"color": UnfoldAdminColorInputWidget}


@admin.register(Tier)
class TierAdmin(ConsoleAdmin):
    form = TierForm
    empty_hint = _("Add the tier where everyone starts (rank 0), then the higher ones.")
    list_display = ("shown_name", "rank", "shown_needs", "shown_gives", "code")
    list_select_related = ("program",)
    ordering = ("rank",)
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("code", "rank"), ("program", "color"))}),
        (_("Who reaches it"), {"fields": (("spend_amount", "orders_count"), "match")}),
        (_("What it gives"), {"fields": ("coefficient_percent",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Events, orders and members refer to code and rank.
        return ("code", "rank", "program") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("tier"))
    def shown_name(self, tier: Tier) -> str:
        return tier.name

    @display(description=_("who reaches it"))
    def shown_needs(self, tier: Tier) -> str:
        return program_sentences.needs(tier)

    @display(description=_("what it gives"))
    def shown_gives(self, tier: Tier) -> str:
        return program_sentences.gives(tier)
