"""Coupons: found by code, in their state of now, with what happened to them."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from loyalty.admin.coupon_actions import CouponActions
from loyalty.admin.coupon_cells import NAMES as READ_ONLY
from loyalty.admin.coupon_cells import CouponCells
from loyalty.models import Coupon
from loyalty.rules import coupons as rules
from members.models import Member


@admin.register(Coupon)
class CouponAdmin(CouponCells, CouponActions):
    """Coupons of the operator's members; those that nobody holds are the chain's."""

    store_path = "member__store"
    list_before_template = "console/coupon_search.html"
    empty_hint = _(
        "Members claim coupons, staff give them on a member's page, and batches are made."
    )
    list_display = (
        "shown_code", "type", "member", "shown_state", "expires_at", "shown_origin", "issued_at",
    )  # fmt: skip
    list_filter = ("state", "origin", ("type", AutocompleteSelectFilter))
    list_select_related = ("type", "member", "batch__type")
    search_fields = ()
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("shown_code", "shown_state"),
                    ("type", "shown_what"),
                    ("member", "shown_origin"),
                    ("shown_validity", "issued_at", "claimed_at"),
                    ("shown_lock", "shown_use"),
                )
            },
        ),
        (_("What happened"), {"fields": ("shown_steps",)}),
    )
    readonly_fields = READ_ONLY

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["console/member.css", "console/coupons.css"]}

    def get_urls(self) -> list[URLPattern]:
        search = self.admin_site.admin_view(require_POST(self.search_view))
        return [path("search/", search, name="loyalty_coupon_search"), *super().get_urls()]

    def search_view(self, request: HttpRequest) -> HttpResponse:
        """One hit opens its page; a card lists its member's coupons."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        text = request.POST.get("text", "")
        there = reverse("admin:loyalty_coupon_changelist")
        found = self._by_code(request, rules.normalize(text))
        if found is not None:
            return HttpResponseRedirect(reverse("admin:loyalty_coupon_change", args=[found.pk]))
        member = Member.objects.filter(card_number=text.strip().upper()).first()
        if member is not None:
            return HttpResponseRedirect(f"{there}?member__id__exact={member.pk}")
        messages.warning(
            request, _("No coupon of your stores has this code: check it letter by letter.")
        )
        return HttpResponseRedirect(there)

    def _by_code(self, request: HttpRequest, code: str) -> Coupon | None:
        rows: QuerySet[Coupon] = self.get_queryset(request)
        return rows.filter(code=code).first() if code else None

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        # Where the pages of a member, a type and a batch lead to.
        if lookup in ("member__id__exact", "batch__id__exact"):
            return True
        # The middle of a code that is money would be found letter by letter.
        if lookup.partition("__")[0] == "code":
            return False
        allowed: bool = super().lookup_allowed(lookup, value, request)
        return allowed
