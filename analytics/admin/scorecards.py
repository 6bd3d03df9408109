"""Scorecards: which measures, how much each weighs, and where it should be."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import DecimalValidator
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget

from analytics.models import Scorecard, ScorecardItem
from analytics.registry.measures import MEASURES
from analytics.selectors.figures import Unit
from loyalty.admin import amount_fields
from loyalty.rules import money
from members.admin.base import ConsoleAdmin

MOST_ITEMS = 20
# Those of the column; an amount may have three decimals, as dinars have, and any figure two.
_MOST_DIGITS, _MOST_DECIMALS, _DECIMALS = 16, 3, 2
_SIGNS = {Unit.PERCENT: "%", Unit.SECONDS: _("seconds")}


def _named(code: str, currency: str) -> str:
    measure = MEASURES[code]
    sign = currency if measure.unit == Unit.AMOUNT else _SIGNS.get(measure.unit, "")
    return f"{measure.label} ({sign})" if sign else str(measure.label)


class ItemForm(forms.ModelForm):  # type: ignore[type-arg]
    """An amount is typed in whole units of the currency and kept in minor ones."""

    measure = forms.ChoiceField(label=_("measure"), widget=UnfoldAdminSelectWidget)
    target = forms.DecimalField(
        label=_("target"),
        max_digits=_MOST_DIGITS,
        decimal_places=_MOST_DECIMALS,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("In the unit that stands behind the measure."),
    )

    def __init__(self, *args: Any, currency: str = "CNY", **options: Any) -> None:
        super().__init__(*args, **options)
        self._currency = currency
        measure: Any = self.fields["measure"]
        measure.choices = [(code, _named(code, currency)) for code in MEASURES]
        # “Order” alone would be read as a purchase.
        self.fields["order"].label = _("place on the card")
        if self.instance.pk and self._is_amount(self.instance.measure):
            whole = self.instance.target.scaleb(-self._digits())
            self.initial["target"] = whole.quantize(Decimal(1).scaleb(-self._digits()))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "target" in cleaned:
            self._clean_target(cleaned)
        return cleaned

    def _clean_target(self, cleaned: dict[str, Any]) -> None:
        is_amount = self._is_amount(cleaned.get("measure", ""))
        digits = self._digits() if is_amount else 0
        try:
            DecimalValidator(_MOST_DIGITS, digits if is_amount else _DECIMALS)(cleaned["target"])
        except forms.ValidationError as refused:
            self.add_error("target", refused)
        else:
            cleaned["target"] = cleaned["target"].scaleb(digits)

    def _is_amount(self, code: str) -> bool:
        return code in MEASURES and MEASURES[code].unit == Unit.AMOUNT

    def _digits(self) -> int:
        return money.digits(self._currency)


class ItemFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """Its items weigh 100 % together, so that a score means the same on every card."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "currency": self._currency}

    @cached_property
    def _currency(self) -> str:
        return amount_fields.currency()

    def clean(self) -> None:
        super().clean()
        kept = [
            form.cleaned_data
            for form in self.forms
            if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")
        ]
        whole = sum(one.get("weight_percent") or 0 for one in kept)
        if not any(self.errors) and whole != 100:
            raise forms.ValidationError(
                gettext("The weights are %(whole)s %% together: make them 100 %%.")
                % {"whole": whole}
            )


class ScorecardItemInline(TabularInline):
    model = ScorecardItem
    form = ItemForm
    formset = ItemFormSet
    fields = ("measure", "target", "is_lower_better", "weight_percent", "order")
    extra = 0
    min_num = 1
    max_num = MOST_ITEMS
    hide_title = True


@admin.register(Scorecard)
class ScorecardAdmin(ConsoleAdmin):
    inlines = (ScorecardItemInline,)
    empty_hint = _("Add a scorecard: measures, how much each weighs, and where it should be.")
    list_display = ("shown_name", "code", "shown_measures")
    ordering = ("code",)
    search_fields = ("code", "name_zh", "name_en")
    fieldsets = ((None, {"fields": (("name_zh", "name_en"), "code")}),)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("items")

    @display(description=_("scorecard"))
    def shown_name(self, card: Scorecard) -> str:
        return card.name

    @display(description=_("measures"))
    def shown_measures(self, card: Scorecard) -> str:
        return ", ".join(
            str(MEASURES[item.measure].label) if item.measure in MEASURES else item.measure
            for item in card.items.all()
        )
