"""The dialogs of a coupon type: what each asks and says before it does something."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from loyalty.admin.amount_fields import AmountField
from loyalty.models import CouponType
from loyalty.services.coupon_types import Limits
from members.admin import confirmations, dialogs

MOST_CODES = 100_000
MOST_COUPONS = 100_000_000


class RaiseForm(dialogs.ReasonForm):
    """More coupons, or more money for them; what stays empty stays as it is."""

    stock_count = forms.IntegerField(
        label=_("Coupons in all, from now on"),
        required=False,
        min_value=1,
        max_value=MOST_COUPONS,
        help_text=_("With those that are given out already. Empty: as it is."),
        widget=UnfoldAdminIntegerFieldWidget(attrs={"autocomplete": "off"}),
    )
    budget_amount = AmountField(
        label=_("Budget in all, from now on"),
        required=False,
        help_text=_("With what is spent and reserved already. Empty: as it is."),
    )

    field_order = ("stock_count", "budget_amount", "reason")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        is_empty = cleaned.get("stock_count") is None and cleaned.get("budget_amount") is None
        if is_empty and not self.errors:
            raise forms.ValidationError(gettext("Fill in what shall change."))
        return cleaned

    def limits(self, coupon_type: CouponType) -> Limits:
        """Both, as they shall be."""
        count, amount = self.cleaned_data["stock_count"], self.cleaned_data["budget_amount"]
        return Limits(
            stock_count=coupon_type.stock_count if count is None else count,
            budget_amount=coupon_type.budget_amount if amount is None else amount,
        )


class MakeCodesForm(dialogs.DialogForm):
    """How many codes, and what for."""

    count = forms.IntegerField(
        label=_("How many codes"),
        min_value=1,
        max_value=MOST_CODES,
        help_text=_("100,000 at most; they are taken from the stock of this type."),
        widget=UnfoldAdminIntegerFieldWidget(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(
        label=_("What for"),
        max_length=120,
        help_text=_("Leaflets at the door, a partner, a parcel insert: it is found by this."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )


class WhyForm(confirmations.ConfirmForm):
    """A step that can't be undone, and why."""

    note = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("It is kept with your name and the time."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )


PUBLISH = {
    "title": _("Publish this coupon type"),
    "description": _(
        "Another person approves it. What its coupons are worth can't be changed from then on, "
        "as they are in people's hands; names, stock and budget can."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Ask for approval"),
}
STOP = {
    "title": _("Stop this coupon type"),
    "description": _(
        "Nobody gets another one. Coupons that members hold stay good: to take them back, void "
        "them or their batch."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Stop it"),
}
RAISE = {
    "title": _("Change stock or budget"),
    "description": _("It holds at once, for every till, shop and app."),
    "form_class": RaiseForm,
    "form_submit_text": _("Change"),
}
MAKE_CODES = {
    "title": _("Make codes"),
    "description": _(
        "For print or another system: whoever brings one of these codes may use it, once. A job "
        "makes them; export or print them when it is done."
    ),
    "form_class": MakeCodesForm,
    "form_submit_text": _("Make the codes"),
}
