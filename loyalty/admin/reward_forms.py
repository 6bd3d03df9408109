"""The form of a reward: what matters for its kind, in operators' words and units."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget

from loyalty.admin.amount_fields import AmountField
from loyalty.admin.sentence_forms import SentenceForm
from loyalty.models import CouponType, Reward
from members.admin import confirmations, dialogs

MOST_PIECES = 100_000_000
SHOWN_WHEN = {
    "coupon_type": "kind=COUPON",
    "sku": "kind=GOODS",
    "pickup_days": "kind=GOODS,SERVICE,EXPERIENCE",
    "returns_points": "kind=GOODS,SERVICE,EXPERIENCE",
    "stores": "kind=GOODS,SERVICE,EXPERIENCE",
}


class RewardForm(SentenceForm):
    shown_when = SHOWN_WHEN

    price_amount = AmountField(
        label=_("And in money"),
        help_text=_("20.00: the member pays 20 yuan beside the points. 0: points alone."),
        required=False,
        initial=0,
    )

    class Meta:
        widgets: ClassVar[dict[str, Any]] = {
            "description_zh": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            "description_en": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        }
        help_texts = {
            "code": _("Apps and the API know the reward by it: lower case, without blanks."),
            "price_points": _("Of one piece; tiers may have a price of their own, below."),
            "coupon_type": _("It is given at once. It has to be live."),
            "sku": _("The product number, for whoever lays it out."),
            "limit_member": _("How many pieces a member may have. Empty: any number."),
            "limit_every": _("Over which period that is counted, in the programme's calendar."),
            "valid_from": _(
                "The first moment at which it can be had; empty: as soon as it is live."
            ),
            "valid_until": _("The first moment at which it can't be had any more; empty: no end."),
            "pickup_days": _("Through the end of the day that lies so many days after."),
            "payment_minutes": _("So long the points are held while the money is paid."),
            "returns_points": _("Otherwise they are lost when nobody picks it up in time."),
            "position": _("Small numbers come first."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields.get("coupon_type")
        if field is not None:
            field.queryset = CouponType.objects.filter(state=CouponType.State.LIVE)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "price_amount" in self.fields and cleaned.get("price_amount") is None:
            cleaned["price_amount"] = 0
        kind = cleaned.get("kind")
        if kind != Reward.Kind.COUPON and "coupon_type" in self.fields:
            cleaned["coupon_type"] = None
        if kind != Reward.Kind.GOODS and "sku" in self.fields:
            cleaned["sku"] = ""
        if kind == Reward.Kind.COUPON and not cleaned.get("coupon_type"):
            self.add_error("coupon_type", _("Say which coupon it is."))
        begins, ends = cleaned.get("valid_from"), cleaned.get("valid_until")
        if begins and ends and ends <= begins:
            self.add_error("valid_until", _("It must end after it begins."))
        if not (cleaned.get("name_zh") or cleaned.get("name_en")):
            self.add_error("name_en", _("Give it a name in one language at least."))
        return cleaned


class StockForm(dialogs.ReasonForm):
    """More pieces, or fewer; or without an end."""

    stock_count = forms.IntegerField(
        label=_("Pieces in all, from now on"),
        required=False,
        min_value=0,
        max_value=MOST_PIECES,
        help_text=_("With those that are redeemed already. Empty: without an end."),
        widget=UnfoldAdminIntegerFieldWidget(attrs={"autocomplete": "off"}),
    )

    field_order = ("stock_count", "reason")


PUBLISH = {
    "title": _("Put this reward into the catalogue"),
    "description": _(
        "Another person approves it. What it costs and who may have it can't be changed from then "
        "on; its words, its place and its stock can."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Ask for approval"),
}
STOP = {
    "title": _("Take this reward out of the catalogue"),
    "description": _(
        "Nobody can redeem it any more. What was redeemed before is paid, picked up and canceled "
        "as ever."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Stop it"),
}
STOCK = {
    "title": _("Change the stock"),
    "description": _("It holds at once, for every till, shop and app."),
    "form_class": StockForm,
    "form_submit_text": _("Change"),
}
