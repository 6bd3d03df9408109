"""The cart of a trial: lines, place and time, who buys, and which drafts count."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.models import Offer
from loyalty.admin.amount_fields import AmountField
from loyalty.admin.dry_run_forms import (
    LINES,
    MOST_LINES,
    MOST_SUGGESTIONS,
    BasketForm,
    ItemForm,
    LinesFormSet,
    known,
    quantity_field,
)
from loyalty.models import Product
from members.models import User


class CartLineForm(ItemForm):
    """One item. What the catalogue knows of a product need not be typed."""

    price_name = "unit_price_amount"

    quantity = quantity_field(min_value=Decimal("0.001"))
    unit_price_amount = AmountField(label=_("price of a piece"), required=False)

    def clean(self) -> dict[str, Any]:
        """Without a price the catalogue's counts."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.is_named or cleaned.get("unit_price_amount") is not None or self.errors:
            return cleaned
        cleaned["unit_price_amount"] = _list_price(cleaned.get("sku") or "")
        if cleaned["unit_price_amount"] is None:
            self.add_error("unit_price_amount", gettext("The catalogue has no price: type one."))
        return cleaned


CartLineFormSet = forms.formset_factory(
    CartLineForm, formset=LinesFormSet, extra=LINES, max_num=MOST_LINES, absolute_max=MOST_LINES
)


class CartForm(BasketForm):
    """Where, when and who buys, as when earning rules are tried; and what a cart has beside."""

    is_birthday = None  # type: ignore[assignment]
    is_birthday_month = None  # type: ignore[assignment]

    coupons = forms.CharField(
        label=_("Codes of coupons"),
        help_text=_("With blanks between. The member's own coupons count by themselves."),
        max_length=500,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    shipping_amount = AmountField(label=_("Freight"), required=False)

    def __init__(self, *args: Any, operator: User, at: datetime, **options: Any) -> None:
        super().__init__(*args, operator=operator, at=at, **options)
        fields: Any = self.fields
        fields["drafts"].queryset = Offer.objects.filter(
            state=Offer.State.DRAFT
        ).exclude(kind=Offer.Kind.MULTIPLIER).order_by("code")  # fmt: skip
        fields["tier"].required = False
        fields["tier"].empty_label = gettext("Nobody known: a guest")
        fields["tier"].help_text = gettext("Of the member described; not asked with a card.")


def suggestions() -> dict[str, list[tuple[str, str]]]:
    """What the catalogue knows, for the lists below the fields: value and words."""
    products = Product.objects.filter(is_active=True).order_by("sku")[:MOST_SUGGESTIONS]
    return {
        "skus": [(product.sku, product.name) for product in products],
        "categories": known("category"),
        "brands": known("brand"),
    }


def _list_price(sku: str) -> int | None:
    rows = Product.objects.filter(sku=sku) if sku else Product.objects.none()
    return rows.values_list("list_price_amount", flat=True).first()
