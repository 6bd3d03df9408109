"""The form of a coupon type: what matters for its kind, in operators' words and units."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.admin import cart_fields
from loyalty.admin.amount_fields import AmountField, HundredthsField
from loyalty.admin.sentence_forms import SentenceForm
from loyalty.models import Coupon, CouponType
from loyalty.models.stacking import Stacking
from loyalty.rules import coupons
from loyalty.services.coupon_type_checks import SHORTEST_PUBLIC_CODE
from members.admin.condition_fields import ConditionField

# 100 times the points is a slip of the keyboard.
MOST_TIMES = 10_000
MOST_DAYS = 3_650
MOST_PIECES = 100
_Kind = CouponType.Kind
SHOWN_WHEN = {
    "amount": "kind=MONEY_OFF",
    "piece_amount": "kind=EXCHANGE",
    "off_basis_points": "kind=PERCENT_OFF",
    "cap_amount": "kind=PERCENT_OFF",
    "multiplier_percent": "kind=MULTIPLIER",
    "gift_sku": "kind=GIFT",
    "quantity": "kind=GIFT,EXCHANGE",
    "budget_amount": "kind=MONEY_OFF,PERCENT_OFF",
    "valid_from": "validity=FIXED",
    "valid_until": "validity=FIXED",
    "valid_days": "validity=DAYS",
    "starts_at_once": "validity=DAYS",
    "claim_from": "is_claimable=*",
    "claim_until": "is_claimable=*",
    "stacking_group": "stacking=BEST_OF",
}
VALIDITIES = (
    (CouponType.Validity.FIXED.value, _("From one day until another, for everybody")),
    (CouponType.Validity.DAYS.value, _("So many days from the claim")),
)
# What a field that another kind doesn't ask is set to, so that it decides nothing.
_UNASKED: dict[str, Any] = {
    "amount": 0,
    "off_basis_points": 0,
    "cap_amount": None,
    "multiplier_percent": 100,
    "gift_sku": "",
    "quantity": 1,
    "budget_amount": None,
    "valid_from": None,
    "valid_until": None,
    "valid_days": 0,
    "starts_at_once": False,
    "claim_from": None,
    "claim_until": None,
    "stacking_group": "",
}


class CouponTypeForm(SentenceForm):
    shown_when = SHOWN_WHEN

    amount = AmountField(
        label=_("Money off"),
        help_text=_("20.00 takes 20 yuan off the goods that it is for."),
        required=False,
    )
    piece_amount = AmountField(
        label=_("A piece still costs"),
        help_text=_("What the member pays for each exchanged piece; 0: nothing."),
        required=False,
    )
    off_basis_points = HundredthsField(
        label=_("% off"),
        help_text=_("20 takes 20 % off, which Chinese shops call 8折."),
        required=False,
        max_value=100,
    )
    cap_amount = AmountField(
        label=_("At most"),
        help_text=_("The most that it takes off. Needed where the type has a budget."),
        required=False,
    )
    multiplier_percent = HundredthsField(
        label=_("Times the points"),
        help_text=_("2 doubles what the order earns, 1.5 gives half as much again."),
        required=False,
    )
    min_spend_amount = AmountField(
        label=_("From a spend of"),
        help_text=_(
            "On the goods that it is for, after prices, bundles and order offers; 0: from any."
        ),
        required=False,
        initial=0,
    )
    budget_amount = AmountField(
        label=_("Budget"),
        help_text=_(
            "Each coupon that is given out reserves the most that it may cost, and gives back "
            "what it did not take. Empty: no budget."
        ),
        required=False,
    )
    condition = ConditionField(
        vocabulary=cart_fields.CODE,
        label=_("What it is for"),
        help_text=_("Conditions on goods choose the goods; all others choose the orders."),
    )

    class Meta:
        help_texts = {
            "code": _("Tills and the API know the type by it: lower case, without blanks."),
            "gift_sku": _("The product number that the till knows."),
            "quantity": _("Pieces given, or exchanged at most."),
            "validity": _("From when and until when a coupon can be used."),
            "valid_from": _("The first moment at which it works; empty: as soon as it is live."),
            "valid_until": _(
                "The first moment at which it no longer works: the 1st of April, 00:00, for "
                "“through 31 March”."
            ),
            "valid_days": _("Whole days, from the day after the claim through the last one."),
            "starts_at_once": _("Otherwise from the next day; the last day is the same."),
            "is_claimable": _("In the app and mini-program. Otherwise staff and offers give it."),
            "claim_from": _("Empty: as soon as it is live."),
            "claim_until": _("The first moment at which it can't be claimed; empty: no end."),
            "public_code": _("One code for everybody, such as WELCOME10. Empty: none."),
            "is_transferable": _("Members may give one that they haven't used to a friend."),
            "stock_count": _("How many there are in all. Empty: as many as are asked for."),
            "limit_member": _("How many a member may have in all. Empty: any number."),
            "limit_member_day": _("How many a member may claim in one day. Empty: any number."),
            "stacking": _("Whether other offers and coupons may apply in the same purchase."),
            "stacking_group": _("Of all with this word, only the one that saves most counts."),
            "returns_on_refund": _(
                "When everything is returned, the member has the coupon again if it still holds."
            ),
            "lock_minutes": _(
                "How long a checkout keeps a coupon aside while the customer pays; 15 by default."
            ),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "validity" in self.fields:
            validity: Any = self.fields["validity"]
            validity.choices = VALIDITIES
        if "piece_amount" in self.fields:
            self.fields["piece_amount"].initial = self.instance.amount

    def clean_public_code(self) -> str | None:
        """As tills compare codes."""
        code = coupons.normalize(self.cleaned_data.get("public_code") or "")
        if code and len(code) < SHORTEST_PUBLIC_CODE:
            raise forms.ValidationError(gettext("At least four letters or digits."))
        if code and Coupon.objects.filter(code=code).exists():
            raise forms.ValidationError(gettext("A coupon has this code: choose another one."))
        return code or None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "kind" not in self.fields:
            return cleaned
        self._merge(cleaned)
        self._check_worth(cleaned)
        self._check_life(cleaned)
        self._check_limits(cleaned)
        return cleaned

    def _merge(self, cleaned: dict[str, Any]) -> None:
        """One column for both amounts, and nothing left of what isn't asked."""
        if cleaned.get("kind") == _Kind.EXCHANGE:
            cleaned["amount"] = cleaned.get("piece_amount") or 0
        cleaned["min_spend_amount"] = cleaned.get("min_spend_amount") or 0
        for name, value in _UNASKED.items():
            is_emptied = cleaned.get(name) is None
            if name not in self.errors and (is_emptied or not _is_asked(name, cleaned)):
                cleaned[name] = value

    def _check_worth(self, cleaned: dict[str, Any]) -> None:
        check = {
            _Kind.MONEY_OFF: self._check_money,
            _Kind.PERCENT_OFF: self._check_percent,
            _Kind.GIFT: self._check_gift,
            _Kind.EXCHANGE: self._check_exchange,
            _Kind.MULTIPLIER: self._check_times,
        }.get(cleaned.get("kind", ""))
        if check is not None:
            check(cleaned)

    def _check_money(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("amount"):
            self._refuse("amount", gettext("Say how much it takes off."))

    def _check_percent(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("off_basis_points"):
            self._refuse("off_basis_points", gettext("Say how many percent it takes off."))
        if cleaned.get("cap_amount") == 0:
            self._refuse("cap_amount", gettext("It would take nothing off: leave it empty."))
        if cleaned.get("budget_amount") is not None and cleaned.get("cap_amount") is None:
            self._refuse("cap_amount", gettext("A budget needs the most that one takes off."))

    def _check_gift(self, cleaned: dict[str, Any]) -> None:
        if not (cleaned.get("gift_sku") or "").strip():
            self._refuse("gift_sku", gettext("Say which product is the gift."))
        self._check_pieces(cleaned)

    def _check_exchange(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("condition") and "condition" not in self.errors:
            text = gettext("Say which goods it is exchanged for: with none, any would do.")
            self._refuse("condition", text)
        self._check_pieces(cleaned)

    def _check_pieces(self, cleaned: dict[str, Any]) -> None:
        if not 1 <= (cleaned.get("quantity") or 1) <= MOST_PIECES:
            self._refuse("quantity", gettext("At least one piece, and 100 at most."))

    def _check_times(self, cleaned: dict[str, Any]) -> None:
        times = cleaned.get("multiplier_percent")
        if times is not None and not 100 < times <= MOST_TIMES:
            text = gettext("More than 1, which changes nothing, and 100 at most.")
            self._refuse("multiplier_percent", text)

    def _check_life(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("validity") == CouponType.Validity.DAYS:
            if not 1 <= (cleaned.get("valid_days") or 0) <= MOST_DAYS:
                self._refuse("valid_days", gettext("Say how many days: 1 to 3,650."))
        elif cleaned.get("valid_until") is None:
            self._refuse("valid_until", gettext("Say until when it can be used."))
        self._check_order(cleaned, "valid_from", "valid_until")
        self._check_order(cleaned, "claim_from", "claim_until")

    def _check_order(self, cleaned: dict[str, Any], first: str, last: str) -> None:
        start, end = cleaned.get(first), cleaned.get(last)
        if start and end and end <= start:
            self._refuse(last, gettext("The end must be after the start."))

    def _check_limits(self, cleaned: dict[str, Any]) -> None:
        for name in ("stock_count", "limit_member", "limit_member_day", "budget_amount"):
            if cleaned.get(name) == 0:
                text = gettext("Nobody could have one: leave it empty for no limit.")
                self._refuse(name, text)
        if cleaned.get("stacking") == Stacking.BEST_OF and not cleaned.get("stacking_group"):
            self._refuse("stacking_group", gettext("Name the group, such as spring-sale."))

    def _refuse(self, name: str, text: str) -> None:
        # One problem of a field at a time: what it isn't comes before what it should be.
        if name in self.fields and name not in self.errors:
            self.add_error(name, text)


def _is_asked(name: str, cleaned: dict[str, Any]) -> bool:
    """Whether the form shows the field, as static/console/shown_when.js decides it."""
    if name == "amount":
        return cleaned.get("kind") in (_Kind.MONEY_OFF, _Kind.EXCHANGE)
    field, _equals, values = SHOWN_WHEN[name].partition("=")
    value = cleaned.get(field)
    return bool(value) if values == "*" else str(value) in values.split(",")
