"""The basket of a dry run: lines, place and time, and who buys."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from loyalty.admin.amount_fields import AmountField
from loyalty.models import EarningRule, Product, Tier
from members.admin import condition_sentences
from members.models import Channel, Member, Store, Tag, User
from members.selectors import members, scopes

LINES = 4
MOST_LINES = 20
# What a list below a field can show.
MOST_SUGGESTIONS = 200


def quantity_field(*, min_value: Decimal) -> forms.DecimalField:
    """Pieces or kilograms, to the gram. Empty: one."""
    return forms.DecimalField(
        label=_("quantity"),
        min_value=min_value,
        max_digits=9,
        decimal_places=3,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
    )


class ItemForm(forms.Form):
    """What a line is of; the forms of lines add how many, and the price in `price_name`."""

    price_name: ClassVar[str]

    sku = forms.CharField(
        label=_("product number"),
        max_length=64,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"list": "trial-skus", "autocomplete": "off"}),
    )
    category = forms.CharField(
        label=_("category"),
        max_length=80,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"list": "trial-categories"}),
    )
    brand = forms.CharField(
        label=_("brand"),
        max_length=80,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"list": "trial-brands"}),
    )

    @property
    def is_named(self) -> bool:
        return any(self.cleaned_data.get(name) for name in ("sku", "category", "brand"))

    @property
    def is_filled(self) -> bool:
        return self.is_named or bool(self.cleaned_data.get(self.price_name))


class LineForm(ItemForm):
    """One item. Of a known product category and brand are filled in by the catalogue."""

    price_name = "net_amount"

    quantity = quantity_field(min_value=Decimal(0))
    net_amount = AmountField(label=_("amount paid"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.is_named and not cleaned.get("net_amount") and "net_amount" not in self.errors:
            self.add_error("net_amount", gettext("Say what is paid for it."))
        return cleaned


class LinesFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """At least one line has to be filled in."""

    def clean(self) -> None:
        if any(self.errors):
            return
        if not any(line.cleaned_data and line.is_filled for line in self.forms):
            raise forms.ValidationError(gettext("Fill in at least one line."))


LineFormSet = forms.formset_factory(
    LineForm, formset=LinesFormSet, extra=LINES, max_num=MOST_LINES, absolute_max=MOST_LINES
)


class BasketForm(forms.Form):
    """Where, when, and who buys: a member, or somebody described."""

    store = forms.ModelChoiceField(
        label=_("Store"), queryset=Store.objects.none(), widget=UnfoldAdminSelectWidget
    )
    channel = forms.ModelChoiceField(
        label=_("Channel"), queryset=Channel.objects.none(), widget=UnfoldAdminSelectWidget
    )
    day = forms.DateField(label=_("Day"), widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}))
    hour = forms.IntegerField(
        label=_("Hour"), min_value=0, max_value=23, widget=UnfoldAdminDecimalFieldWidget
    )
    member = forms.CharField(
        label=_("Member"),
        help_text=_("Card number or phone number. Empty: somebody as described beside it."),
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    tier = forms.ModelChoiceField(
        label=_("Tier"), queryset=Tier.objects.none(), widget=UnfoldAdminSelectWidget
    )
    order_number = forms.IntegerField(
        label=_("Which purchase"),
        help_text=_("1: the first one."),
        min_value=1,
        max_value=100_000,
        initial=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    is_birthday_month = forms.BooleanField(
        label=_("In the birthday month"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    is_birthday = forms.BooleanField(
        label=_("On the birthday"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    tags = forms.ModelMultipleChoiceField(
        label=_("Tags"),
        queryset=Tag.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    drafts = forms.ModelMultipleChoiceField(
        label=_("With these drafts"),
        queryset=EarningRule.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, operator: User, at: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self._operator = operator
        self.found: Member | None = None
        fields: Any = self.fields
        fields["store"].queryset = Store.objects.filter(is_active=True).order_by("code")
        fields["channel"].queryset = Channel.objects.order_by("code")
        fields["tier"].queryset = Tier.objects.filter(program__is_current=True).order_by("rank")
        fields["tags"].queryset = Tag.objects.order_by("code")[:200]
        fields["drafts"].queryset = EarningRule.objects.filter(
            program__is_current=True, state=EarningRule.State.DRAFT
        ).order_by("code")
        local = timezone.localtime(at)
        fields["day"].initial, fields["hour"].initial = local.date(), local.hour
        for name in ("store", "channel", "tier"):
            fields[name].empty_label = None

    def clean_member(self) -> str:
        """A member that this operator may see."""
        text: str = self.cleaned_data["member"].strip()
        if not text:
            return ""
        scope = scopes.scope_for(self._operator)
        hits = members.lookup(text=text, stores=scope.store_ids)
        if not self._operator.has_perm("members.view_member") or not hits:
            raise forms.ValidationError(gettext("No member found: check the number."))
        if len(hits) > 1:
            raise forms.ValidationError(gettext("Several members: type the whole number."))
        self.found = hits[0]
        return text


def suggestions() -> dict[str, list[tuple[str, str]]]:
    """What the catalogue knows, for the lists below the fields: value and words."""
    return {"skus": known("sku"), "categories": known("category"), "brands": known("brand")}


def known(column: str) -> list[tuple[str, str]]:
    """The first values of the products' column, which need no words beside them."""
    rows = Product.objects.exclude(**{column: ""}).order_by(column)
    values = rows.values_list(column, flat=True).distinct()[:MOST_SUGGESTIONS]
    return [(value, "") for value in values]


def names(rows: Any) -> str:
    return condition_sentences.both([row.name for row in rows])
