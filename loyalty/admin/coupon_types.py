"""Coupon types: drafted in a form, published with a second person's consent, then as they are."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from loyalty.admin import cart_fields, coupon_sentences
from loyalty.admin.coupon_type_actions import CouponTypeActions
from loyalty.admin.coupon_type_cells import NAMES as READ_ONLY
from loyalty.admin.coupon_type_cells import CouponTypeCells
from loyalty.admin.coupon_type_forms import CouponTypeForm
from loyalty.models import CouponBatch, CouponType
from loyalty.selectors import coupon_types as selector
from members.admin import condition_fields, publishing
from members.admin.base import ConsoleChangeList, ReadOnlyInline
from members.registry.fields import Words


class CouponTypeChangeList(ConsoleChangeList):
    """Counts, and choices that sentences name, are read once for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        said = Words(cart_fields.VOCABULARY)
        counted = selector.counts(type_ids=[row.pk for row in self.result_list])
        for row in self.result_list:
            row.said, row.counts = said, counted[row.pk]


class CouponBatchInline(ReadOnlyInline):
    model = CouponBatch
    fields = readonly_fields = ("note", "count", "made_count", "created_at", "voided_at")
    ordering = ("-pk",)
    per_page = 20
    show_change_link = True
    verbose_name_plural = _("batches of codes")


@admin.register(CouponType)
class CouponTypeAdmin(CouponTypeCells, CouponTypeActions):
    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["console/coupons.css"]}

    form = CouponTypeForm
    empty_hint = _(
        "Add a coupon type, such as 20.00 off from 100.00. A second person approves it; then "
        "members claim it, staff give it, or you print codes."
    )
    list_display = (
        "shown_title", "shown_what", "shown_made", "shown_used", "shown_left", "shown_state",
    )  # fmt: skip
    list_filter = ("state", "kind")
    list_per_page = 20
    search_fields = ("code", "name_zh", "name_en", "public_code")
    search_help_text = _("Name, code of the type, or public code")
    ordering = ("-pk",)
    autocomplete_fields = ("stores",)
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("code", "kind"))}),
        (
            _("What it is worth"),
            {
                "fields": (
                    "amount",
                    "piece_amount",
                    ("off_basis_points", "cap_amount"),
                    "multiplier_percent",
                    ("gift_sku", "quantity"),
                )
            },
        ),
        (
            _("For which purchases"),
            {"fields": ("condition", "min_spend_amount", "stores")},
        ),
        (
            _("How long it holds"),
            {
                "fields": (
                    "validity", "valid_from", "valid_until", ("valid_days", "starts_at_once"),
                )
            },
        ),
        (
            _("How members come by it"),
            {"fields": ("is_claimable", "claim_from", "claim_until", "public_code")},
        ),
        (
            _("How many"),
            {"fields": (("stock_count", "budget_amount"), ("limit_member", "limit_member_day"))},
        ),
        (_("Together with other discounts"), {"fields": (("stacking", "stacking_group"),)}),
        (
            _("Afterwards"),
            {"fields": (("is_transferable", "returns_on_refund"), "lock_minutes")},
        ),
    )  # fmt: skip
    published_fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("shown_code", "shown_kind"), "shown_state")}),
        (_("The coupon"), {"fields": ("shown_sentence", "shown_terms")}),
        (_("What became of them"), {"fields": ("shown_figures",)}),
    )
    readonly_fields = READ_ONLY
    inlines = (CouponBatchInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CouponType]:
        queryset: QuerySet[CouponType] = super().get_queryset(request)
        return queryset.prefetch_related("stores")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConsoleChangeList]:
        return CouponTypeChangeList

    # What is live is in people's hands: its names alone change.

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        may = request.user.has_perm("loyalty.view_couponbatch")
        return () if publishing.is_draft(obj) or not may else self.inlines

    def save_model(self, request: HttpRequest, obj: CouponType, form: Any, change: bool) -> None:
        if not change:
            obj.created_at = self.now()
        elif not publishing.is_draft(obj):
            # Stock and budget may have been changed since the page was opened.
            obj.save(update_fields=["name_zh", "name_en"])
            return
        super().save_model(request, obj, form, change)

    def spoken(self, request: HttpRequest, object_id: int | None = None) -> HttpResponse:
        """The form as it stands, as a sentence, and what is wrong with its condition."""
        found = None if object_id is None else get_object_or_404(CouponType, pk=object_id)
        if not self.has_set_permission(request) or not publishing.is_draft(found):
            return JsonResponse({"sentence": "", "problems": []}, status=403)
        form = self.get_form(request, found, change=found is not None)(request.POST, instance=found)
        told = condition_fields.spoken(request.POST.get("condition", ""), cart_fields.VOCABULARY)
        if not told["problems"] and form.is_valid():
            stores = form.cleaned_data.get("stores", ())
            told["sentence"] = coupon_sentences.whole(form.instance, stores=stores)
        return JsonResponse(told)
