"""The form of a benefit: what matters for its kind, in operators' words and units."""

from typing import Any, ClassVar

from django import forms
from django.forms import BaseInlineFormSet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from loyalty.admin.amount_fields import AmountField, HundredthsField
from loyalty.admin.sentence_forms import SentenceForm, plain
from loyalty.models import Badge, Benefit, BenefitRule, CouponType, Tier
from members.admin import confirmations

_Kind = Benefit.Kind
SHOWN_WHEN = {
    "off_basis_points": "kind=DISCOUNT",
    "min_spend_amount": "kind=DISCOUNT,FREE_SHIPPING",
    "gift_sku": "kind=GOODS",
    "badge": "kind=IDENTITY",
    "claim_days": "giving=CLAIMED",
}
# What a field that another kind doesn't ask is set to, so that it decides nothing.
_UNASKED: dict[str, Any] = {
    "off_basis_points": 0,
    "min_spend_amount": 0,
    "gift_sku": "",
    "badge": None,
    "claim_days": None,
}


class BenefitForm(SentenceForm):
    shown_when = SHOWN_WHEN

    off_basis_points = HundredthsField(
        label=_("% off"),
        help_text=_("5 takes 5 % off, which Chinese shops call 9.5折."),
        required=False,
        max_value=100,
    )
    min_spend_amount = AmountField(
        label=_("From a spend of"),
        help_text=_("On the goods, after prices and bundles; 0: from any."),
        required=False,
        initial=0,
    )

    class Meta:
        widgets: ClassVar[dict[str, Any]] = {
            "description_zh": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            "description_en": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        }
        labels: ClassVar[dict[str, Any]] = {"giving": _("How it is given")}
        help_texts: ClassVar[dict[str, Any]] = {
            "code": _("Tills, apps and the API know the benefit by it: lower case, no blanks."),
            "giving": _("What is claimed can be used once the member has taken it."),
            "every": _("Days, weeks from Monday, months and so on of the programme's calendar."),
            "gift_sku": _("The product number that the till knows."),
            "coupon_type": _(
                "As many coupons as the quota says, for each period. A discount with a quota "
                "needs them."
            ),
            "in_birthday_month": _("For those whose birthday was known early enough."),
            "claim_days": _("Empty: to the end of the period."),
            "cap_percent": _("The best by spend of those below, drawn each night. Empty: all."),
            "cap_count": _("Empty: no such limit."),
            "priority": _("Higher ones are shown first; weights add to it."),
            "valid_from": _("Empty: as soon as it is live."),
            "valid_until": _("The first moment at which it no longer holds; empty: no end."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "coupon_type" in self.fields:
            kinds: Any = self.fields["coupon_type"]
            plain(kinds)
            kinds.queryset = CouponType.objects.filter(state=CouponType.State.LIVE)
        if "badge" in self.fields:
            badges: Any = self.fields["badge"]
            plain(badges, SHOWN_WHEN["badge"])
            badges.queryset = Badge.objects.filter(is_active=True)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not (cleaned.get("name_zh") or cleaned.get("name_en")):
            self.add_error("name_en", gettext("Give it a name in one language at least."))
        if "kind" not in self.fields:
            return cleaned
        for name, value in _UNASKED.items():
            is_emptied = cleaned.get(name) is None
            if name in self.fields and name not in self.errors:
                cleaned[name] = (
                    value if is_emptied or not _is_asked(name, cleaned) else cleaned[name]
                )
        self._check(cleaned)
        return cleaned

    def _check(self, cleaned: dict[str, Any]) -> None:
        kind, comes_as = cleaned.get("kind"), cleaned.get("coupon_type")
        if kind == _Kind.DISCOUNT and not comes_as and not cleaned.get("off_basis_points"):
            self._refuse("off_basis_points", gettext("Say how many percent it takes off."))
        if kind == _Kind.GOODS and not comes_as and not cleaned.get("gift_sku"):
            self._refuse("gift_sku", gettext("Say which product is the gift."))
        by_itself = kind in (_Kind.DISCOUNT, _Kind.FREE_SHIPPING) and not comes_as
        if by_itself and cleaned.get("giving") == Benefit.Giving.CLAIMED:
            text = gettext("Carts take it by themselves: give it automatically, or as coupons.")
            self._refuse("giving", text)
        begins, ends = cleaned.get("valid_from"), cleaned.get("valid_until")
        if begins and ends and ends <= begins:
            self._refuse("valid_until", gettext("The end must be after the start."))

    def _refuse(self, name: str, text: str) -> None:
        if name in self.fields and name not in self.errors:
            self.add_error(name, text)


def _is_asked(name: str, cleaned: dict[str, Any]) -> bool:
    """Whether the form shows the field, as static/console/shown_when.js decides it."""
    field, _equals, values = SHOWN_WHEN[name].partition("=")
    return str(cleaned.get(field)) in values.split(",")


class BenefitRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """For whom, and how often."""

    class Meta:
        model = BenefitRule
        fields = ("audience", "tier", "tag", "quota")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("tier", "tag"):
            plain(self.fields[name])
        tiers: Any = self.fields["tier"]
        tiers.queryset = Tier.objects.filter(program__is_current=True).order_by("rank")
        self.fields["quota"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        audience = cleaned.get("audience")
        for name, wanted in (("tier", "TIER"), ("tag", "TAG")):
            if audience != wanted:
                cleaned[name] = None
            elif not cleaned.get(name) and name not in self.errors:
                self.add_error(name, gettext("Say which one."))
        return cleaned


class BenefitRuleFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """What is wrong between the lines and the benefit."""

    def clean(self) -> None:
        super().clean()
        benefit = self.instance
        functional = benefit.kind in (_Kind.DISCOUNT, _Kind.FREE_SHIPPING)
        for form in self.forms:
            cleaned = getattr(form, "cleaned_data", None)
            if not cleaned or cleaned.get("DELETE") or form.errors:
                continue
            quota = cleaned.get("quota")
            if functional and benefit.coupon_type_id is None and quota is not None:
                text = gettext("Carts take it each time: leave it empty, or give it as coupons.")
                form.add_error("quota", text)
            if benefit.coupon_type_id is not None and quota is None:
                form.add_error("quota", gettext("Say how many coupons a period brings."))


PUBLISH = {
    "title": _("Let this benefit live"),
    "description": _(
        "Another person approves it. What it brings and to whom can't be changed from then on; "
        "its words and its priority can. To change more, stop it and make another one."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Ask for approval"),
}
STOP = {
    "title": _("Stop this benefit"),
    "description": _(
        "Nobody has it by tier or tag from this moment on. What was given by hand or as a prize "
        "holds to its own end."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Stop it"),
}
