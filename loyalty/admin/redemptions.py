"""Redemptions: whose, of what, in their state of now; handed over, paid or canceled by dialogs; and
what is to be laid out in a store."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display

from loyalty.admin import pick_lists
from loyalty.admin.redemption_actions import RedemptionActions
from loyalty.models import Redemption, RedemptionMove
from loyalty.rules import money
from loyalty.selectors import redemptions as selector
from loyalty.services import programs
from members.admin import drawn, labels
from members.admin.base import operator_of
from members.admin.filters import InstantsFilter
from members.models import Member

TONES = {
    "REQUESTED": "warning",
    "READY": "info",
    "FULFILLED": "success",
    "CANCELED": "default",
    "EXPIRED": "danger",
}
READ_ONLY = ("shown_state", "shown_money", "shown_end", "shown_steps", "shown_money_back")


@admin.register(Redemption)
class RedemptionAdmin(RedemptionActions):
    """Redemptions of the operator's members; those of others are handed over by their code."""

    store_path = "member__store"
    empty_hint = _("Members redeem rewards in the app, or staff does for them on their page.")
    list_display = (
        "reward", "member", "quantity", "points", "shown_money", "shown_state", "requested_at",
        "expires_at", "store",
    )  # fmt: skip
    list_filter = (
        "state",
        ("reward", AutocompleteSelectFilter),
        ("store", AutocompleteSelectFilter),
        ("requested_at", InstantsFilter),
    )
    list_select_related = ("reward", "member", "store", "fulfilled_store")
    search_fields = ("member__card_number",)
    search_help_text = _("Card number")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("reward", "quantity"),
                    ("member", "shown_state"),
                    ("points", "shown_money"),
                    ("requested_at", "expires_at"),
                    ("store", "fulfilled_store"),
                    ("fulfilled_at", "shown_end"),
                    ("returned_points", "shown_money_back"),
                    "payment_ref",
                    "external_id",
                )
            },
        ),
        (_("What happened"), {"fields": ("shown_steps",)}),
    )
    readonly_fields = READ_ONLY

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["console/member.css", "console/coupons.css"]}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_GET(self.pick_list))
        return [path("pick-list/", view, name="loyalty_redemption_pick_list"), *super().get_urls()]

    def pick_list(self, request: HttpRequest) -> HttpResponse:
        """What waits to be picked up in a store of the operator's, for the screen and on paper."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        shown = pick_lists.context(
            operator=operator_of(request), store=request.GET.get("store", ""), at=self.now()
        )
        there = reverse("admin:loyalty_redemption_changelist")
        context = {"title": _("To be laid out"), "back": there, **shown}
        return TemplateResponse(request, "console/pick_list.html", context)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        # Where the pages of a member and of a reward lead to.
        if lookup in ("member__id__exact", "reward__id__exact"):
            return True
        # A code that is worth something would be found letter by letter.
        if lookup.partition("__")[0] == "pickup_code":
            return False
        allowed: bool = super().lookup_allowed(lookup, value, request)
        return allowed

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the member's id first, so that the index of a member serves."""
        card = search_term.strip().upper()
        if not card:
            return queryset, False
        ids = list(Member.objects.filter(card_number=card).values_list("pk", flat=True))
        return queryset.filter(member_id__in=ids), False

    @display(description=_("state"), label=TONES)
    def shown_state(self, redemption: Redemption) -> labels.Label:
        """As it is now: what is over is over, whether or not it was written down."""
        state = selector.state_of(redemption=redemption, at=self.now())
        return labels.label(state, Redemption.State(state).label)

    @display(description=_("money"))
    def shown_money(self, redemption: Redemption) -> str:
        return _amount(redemption.money_amount)

    @display(description=_("money to pay back"))
    def shown_money_back(self, redemption: Redemption) -> str:
        return _amount(selector.money_back(redemption=redemption, at=self.now()))

    @display(description=_("why it ended"))
    def shown_end(self, redemption: Redemption) -> str:
        return str(REASONS.get(redemption.end_reason, redemption.end_reason)) or "–"

    @display(description=_("what happened to it"))
    def shown_steps(self, redemption: Redemption) -> SafeString:

        def draw() -> str:
            moves = RedemptionMove.objects.filter(redemption_id=redemption.pk).order_by("pk")
            steps = [{"move": one, "reason": REASONS.get(one.reason, "")} for one in moves]
            return render_to_string("console/redemption_steps.html", {"steps": steps})

        return SafeString(drawn.once(redemption, "steps", draw))


REASONS = {
    "by_member": _("by the member"),
    "by_staff": _("by staff"),
    "unpaid": _("not paid in time"),
    "not_picked_up": _("not picked up in time"),
    "erased": _("the member was erased"),
}


def _amount(amount: int) -> str:
    return money.text(amount, programs.kept().currency, short=True) if amount else "–"
