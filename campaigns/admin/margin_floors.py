"""Margin floors: the least that goods are sold for, however many discounts go together."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from campaigns.models import MarginFloor
from loyalty.admin import amount_fields
from loyalty.admin.amount_fields import AmountField
from loyalty.models import Product
from loyalty.rules import money
from members.admin.base import ConsoleAdmin, ConsoleChangeList

# Ten times the cost is a slip of the keyboard.
MOST_PERCENT = 1_000


class MarginFloorForm(forms.ModelForm):  # type: ignore[type-arg]
    sku = forms.CharField(
        label=_("Product number"),
        help_text=_("Of one product. A product's own floor counts before its category's."),
        max_length=64,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    category = forms.CharField(
        label=_("Category"),
        help_text=_("Or of all products of a category, as the catalogue writes it."),
        max_length=80,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    floor_amount = AmountField(
        label=_("At least, for a piece"),
        help_text=_("50.00: discounts that would go below are cut. 0: no such floor."),
        required=False,
    )
    cost_percent = forms.IntegerField(
        label=_("At least, % of cost"),
        help_text=_(
            "100: never below cost; 110: a tenth above. Products without a cost in the catalogue "
            "have no such floor. With both, the higher one counts."
        ),
        required=False,
        min_value=0,
        max_value=MOST_PERCENT,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def clean_sku(self) -> str:
        sku: str = self.cleaned_data["sku"].strip()
        if sku and not Product.objects.filter(sku=sku).exists():
            raise forms.ValidationError(gettext("The catalogue has no product with this number."))
        return sku

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["category"] = (cleaned.get("category") or "").strip()
        if "sku" in self.fields and "sku" not in self.errors:
            self._check_thing(cleaned)
        if cleaned.get("floor_amount") is None and cleaned.get("cost_percent") is None:
            self._refuse("floor_amount", gettext("Say the least: an amount or a part of cost."))
        return cleaned

    def _check_thing(self, cleaned: dict[str, Any]) -> None:
        sku, category = cleaned.get("sku") or "", cleaned["category"]
        if not sku and not category:
            self._refuse("sku", gettext("Name a product or a category."))
        elif sku and category:
            self._refuse("category", gettext("A product or a category, not both."))
        elif (
            MarginFloor.objects.filter(sku=sku, category=category)
            .exclude(pk=self.instance.pk)
            .exists()
        ):
            text = gettext("This one has a floor already: change that one.")
            self._refuse("sku" if sku else "category", text)

    def _refuse(self, name: str, text: str) -> None:
        if name in self.fields and name not in self.errors:
            self.add_error(name, text)


class MarginFloorChangeList(ConsoleChangeList):
    """Names of products are read once for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        skus = [floor.sku for floor in self.result_list if floor.sku]
        names = {product.sku: product.name for product in Product.objects.filter(sku__in=skus)}
        currency = amount_fields.currency()
        for floor in self.result_list:
            floor.product_name, floor.currency = names.get(floor.sku, ""), currency


@admin.register(MarginFloor)
class MarginFloorAdmin(ConsoleAdmin):
    form = MarginFloorForm
    empty_hint = _(
        "Without a floor discounts may go down to 0: add one for a category or a product."
    )
    list_display = ("shown_thing", "shown_least")
    search_fields = ("=sku", "category__istartswith")
    search_help_text = _("Product number, or the beginning of a category")
    ordering = ("category", "sku")
    fieldsets = (
        (
            _("Of what"),
            {
                "fields": (("sku", "category"),),
                "description": _(
                    "Offers and coupons are cut where a price would fall below the floor; the "
                    "quote says by which layer."
                ),
            },
        ),
        (_("The least that is paid"), {"fields": (("floor_amount", "cost_percent"),)}),
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConsoleChangeList]:
        return MarginFloorChangeList

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("sku", "category") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # It is set to 0, so that the history keeps what it was.
        return False

    @display(description=_("product or category"), header=True, ordering="category")
    def shown_thing(self, floor: Any) -> tuple[str, str]:
        if floor.sku:
            return floor.product_name or floor.sku, floor.sku
        return floor.category, gettext("every product of the category")

    @display(description=_("sold for at least"))
    def shown_least(self, floor: Any) -> str:
        told = []
        if floor.floor_amount:
            amount = money.text(floor.floor_amount, floor.currency)
            told.append(gettext("%(amount)s a piece") % {"amount": amount})
        if floor.cost_percent:
            told.append(gettext("%(percent)s %% of cost") % {"percent": floor.cost_percent})
        both = gettext("%(first)s, and never below %(second)s")
        if len(told) == 2:
            return both % {"first": told[0], "second": told[1]}
        return told[0] if told else gettext("no floor any more")
