"""Uses of benefits: who used what, where, and what they thought of it."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from loyalty.models import BenefitUse
from members.admin import labels
from members.admin.base import KeysetAdmin
from members.models import Member

COLORS = {"USED": "success", "VOID": "warning"}
_SHOWN = ("shown_benefit", "shown_member", "shown_store", "shown_state", "shown_rating", "shown_of")


@admin.register(BenefitUse)
class BenefitUseAdmin(KeysetAdmin):
    store_path = "store"
    empty_hint = _("Each use of a benefit appears here: from the counter, tills and apps.")
    list_display = (
        "used_at", "shown_benefit", "shown_member", "shown_store", "shown_rating", "shown_state",
    )  # fmt: skip
    list_filter = ("state", ("used_at", RangeDateFilter))
    list_select_related = ("benefit", "store", "member")
    search_fields = ("external_id",)
    search_help_text = _("Code of a benefit, number of a use, or card number, in full")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("shown_benefit", "shown_state"),
                    ("shown_member", "shown_store"),
                    ("source", "external_id"),
                    ("used_at", "shown_of"),
                    ("shown_rating", "rated_at"),
                    ("voided_at", "void_reason", "given_back"),
                )
            },
        ),
    )
    readonly_fields = _SHOWN

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return lookup == "benefit__id__exact" or super().lookup_allowed(lookup, value, request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        members = Member.objects.filter(card_number=text.upper()).values_list("pk", flat=True)
        asked = Q(benefit__code=text) | Q(external_id=text) | Q(member_id__in=list(members))
        return queryset.filter(asked), False

    @display(description=_("benefit"))
    def shown_benefit(self, use: BenefitUse) -> str:
        return use.benefit.name

    @display(description=_("member"))
    def shown_member(self, use: BenefitUse) -> str:
        return str(use.member)

    @display(description=_("store"))
    def shown_store(self, use: BenefitUse) -> str:
        return use.store.name if use.store else "–"

    @display(description=_("rating"))
    def shown_rating(self, use: BenefitUse) -> str:
        return "–" if use.rating is None else str(use.rating)

    @display(description=_("taken from"))
    def shown_of(self, use: BenefitUse) -> str:
        if use.grant_id is not None:
            return gettext("what was given to the member")
        return gettext("the quota of the period")

    @display(description=_("state"), label=COLORS)
    def shown_state(self, use: BenefitUse) -> labels.Label:
        return labels.label(use.state, use.get_state_display())
