"""The steps of an offer as rows of a form: from what on, and what there is then."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from campaigns.models import Offer
from loyalty.admin.amount_fields import AmountField, HundredthsField
from loyalty.models import CouponType
from members.admin.row_fields import RowForm, RowsField, RowsWidget

# What a select can show.
MOST_TYPES = 500
_SAVES = "kind=STEPPED&form=AMOUNT_OFF"
_PERCENT = "kind=STEPPED&form=PERCENT_OFF"
_GIFT = "kind=GIFT"
_DEFAULTS: Mapping[str, Any] = {
    "min_amount": 0,
    "min_quantity": 0,
    "amount": 0,
    "off_basis_points": 0,
    "gift_sku": "",
    "gift_quantity": 1,
    "gift_coupon_type": "",
}


class StepForm(RowForm):
    """What isn't asked of the offer's kind is left out by the offer's form."""

    min_amount = AmountField(label=_("from an amount of"), required=False)
    min_quantity = forms.IntegerField(
        label=_("from pieces"),
        required=False,
        min_value=0,
        max_value=100_000,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    amount = AmountField(label=_("takes off"), required=False)
    off_basis_points = HundredthsField(label=_("% off"), required=False, max_value=100)
    gift_sku = forms.CharField(
        label=_("gift, product number"),
        required=False,
        max_length=64,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    gift_coupon_type = forms.ChoiceField(
        label=_("or a coupon"), required=False, widget=UnfoldAdminSelectWidget
    )
    gift_quantity = forms.IntegerField(
        label=_("how many"),
        required=False,
        min_value=1,
        max_value=100,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["gift_coupon_type"].choices = [("", "–"), *self.shared.get("coupon_types", ())]
        for name, when in (
            ("amount", _SAVES),
            ("off_basis_points", _PERCENT),
            ("gift_sku", _GIFT),
            ("gift_coupon_type", _GIFT),
            ("gift_quantity", _GIFT),
        ):
            fields[name].widget.attrs["data-shown-when"] = when

    @classmethod
    def shown(cls, row: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
        """Zeros are empty fields."""
        found = {name: row.get(name) or None for name in _DEFAULTS}
        for name in ("min_amount", "amount"):
            if found[name] is not None:
                found[name] = Decimal(found[name]).scaleb(-shared.get("digits", 2))
        return found

    def read(self) -> dict[str, Any]:
        return {
            name: self.cleaned_data.get(name) or standard for name, standard in _DEFAULTS.items()
        }


def field() -> RowsField:
    widget = RowsWidget(
        StepForm,
        {"add": _("Add a step"), "remove": _("Remove this step")},
    )
    return RowsField(
        widget,
        label=_("Steps"),
        help_text=_("The highest step that is reached counts. A row left empty is left out."),
    )


def fitting(rows: Sequence[Mapping[str, Any]], kind: Any, form: Any) -> list[dict[str, Any]]:
    """The steps with what this kind and form ask for, and nothing else."""
    asked = {"min_amount", "min_quantity"}
    if kind == Offer.Kind.GIFT:
        asked |= {"gift_sku", "gift_quantity", "gift_coupon_type"}
    else:
        asked.add("off_basis_points" if form == Offer.Form.PERCENT_OFF else "amount")
    return [
        {name: row.get(name) if name in asked else standard for name, standard in _DEFAULTS.items()}
        for row in rows
    ]


def coupon_types() -> list[tuple[str, str]]:
    """What may be given: live types."""
    live = CouponType.objects.filter(state=CouponType.State.LIVE).order_by("code")
    return [(one.code, one.name) for one in live[:MOST_TYPES]]
