"""The catalogue."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet, Value
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminURLInputWidget

from loyalty.admin.amount_fields import AmountField, currency
from loyalty.models import Product
from loyalty.rules import money
from members.admin import labels
from members.admin.base import ConsoleAdmin, EstimatedPaginator


class ProductForm(forms.ModelForm):  # type: ignore[type-arg]
    list_price_amount = AmountField(label=capfirst(_("list price")), required=False)
    cost_amount = AmountField(
        label=capfirst(_("cost")),
        required=False,
        help_text=_("Used in reports only; members never see it."),
    )
    image_url = forms.URLField(
        label=capfirst(_("image")),
        required=False,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget,
    )


@admin.register(Product)
class ProductAdmin(ConsoleAdmin):
    form = ProductForm
    paginator = EstimatedPaginator
    empty_hint = _("Products come from the ERP, or with the first order line that names them.")
    list_display = (
        "shown_name",
        "sku",
        "category",
        "brand",
        "shown_price",
        "is_active",
        "shown_origin",
    )
    list_filter = ("is_active", "is_provisional")
    search_fields = ("=sku", "name_zh__istartswith", "name_en__istartswith")
    search_help_text = _("SKU, or the beginning of a name")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("sku", "is_active"))}),
        (_("Group"), {"fields": (("category", "brand"),)}),
        (_("Price"), {"fields": (("list_price_amount", "cost_amount"),)}),
        (_("Picture"), {"fields": ("image_url",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        # One query per page, not one per row.
        queryset: QuerySet[Product] = super().get_queryset(request)
        return queryset.annotate(currency=Value(currency()))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("sku",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("product"), ordering="name_zh")
    def shown_name(self, product: Product) -> str:
        return product.name

    @display(description=_("list price"), ordering="list_price_amount")
    def shown_price(self, product: Product) -> str:
        amount = product.list_price_amount
        return "–" if amount is None else money.text(amount, product.currency)  # type: ignore[attr-defined]

    @display(description=_("origin"), ordering="is_provisional", label={"till": "warning"})
    def shown_origin(self, product: Product) -> labels.Label:
        if product.is_provisional:
            return labels.label("till", _("First seen at a till"))
        return labels.label("catalog", _("Catalogue"))
