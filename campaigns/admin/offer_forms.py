"""The form of an offer: what matters for its kind, in operators' words and units."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from campaigns.admin import offer_checks, offer_kinds, offer_parts, offer_steps
from campaigns.admin.choice_cards import ChoiceCards
from campaigns.admin.offer_readings import OfferConditionWidget, Reading
from campaigns.models import Offer
from loyalty.admin import cart_fields
from loyalty.admin.amount_fields import AmountField, HundredthsField
from loyalty.models import Stacking
from members.admin import publishing
from members.admin.condition_fields import ConditionField

# What a field that another kind asks for is set to, so that it decides nothing.
UNASKED: dict[str, Any] = {
    "form": Offer.Form.AMOUNT_OFF,
    "amount": 0,
    "off_basis_points": 0,
    "cap_amount": None,
    "steps": [],
    "is_repeated": False,
    "parts": [],
    "nth": 2,
    "max_times": None,
    "multiplier_percent": 100,
    "min_amount": 0,
    "min_quantity": 0,
    "stacking": Stacking.STACKABLE,
    "stacking_group": "",
    "limit_member": None,
    "limit_member_day": None,
    "limit_count": None,
    "budget_amount": None,
}
HELP_TEXTS = {
    "code": _("Tills, reports and the API know the offer by it: lower case, without blanks."),
    "is_repeated": _("A step of 100 − 20 saves 40 on 250. For one step alone."),
    "nth": _("2: of every two pieces one is lowered, always the cheapest ones."),
    "max_times": _(
        "How often it counts within one purchase; of a price: for how many pieces. Empty: as "
        "often as it fits."
    ),
    "min_quantity": _("Of the goods in its scope; 0: from the first piece."),
    "stacking_group": _("Of all with this word, only the one that saves most counts."),
    "limit_member": _("Purchases of one member, or of one guest by phone. Empty: any number."),
    "limit_member_day": _("Purchases of one member within a day. Empty: any number."),
    "limit_count": _("Purchases of all together. Empty: any number."),
    "stores": _("For a try in a few stores first. Empty: in all stores."),
    "valid_from": _("Not before it is approved."),
    "valid_until": _(
        "The first moment at which it no longer holds: the 1st of April, 00:00, for “through 31 "
        "March”. Empty: until it is stopped. Hours and weekdays are part of the scope above."
    ),
}


class OfferForm(forms.ModelForm):  # type: ignore[type-arg]
    kind = forms.ChoiceField(
        label=capfirst(_("kind")),
        choices=Offer.Kind.choices,
        initial=Offer.Kind.STEPPED,
        widget=ChoiceCards(offer_kinds.KINDS),
    )
    form = forms.ChoiceField(
        label=capfirst(_("lowers by")),
        choices=Offer.Form.choices,
        required=False,
        initial=Offer.Form.AMOUNT_OFF,
        widget=ChoiceCards(offer_kinds.FORMS),
    )
    amount = AmountField(
        label=_("How much"),
        help_text=_("Off each piece, off the bundle, or the price that it has then: 20.00."),
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
        help_text=_("The most that it takes off a purchase. Empty: no limit."),
        required=False,
    )
    steps = offer_steps.field()
    parts = offer_parts.field()
    multiplier_percent = HundredthsField(
        label=_("Times the points"),
        help_text=_("2 doubles what these goods earn, 1.5 gives half as much again."),
        required=False,
    )
    min_amount = AmountField(
        label=_("From an amount of"),
        help_text=_("Of the goods in its scope, after the discounts before; 0: from any."),
        required=False,
    )
    budget_amount = AmountField(
        label=_("Budget"),
        help_text=_("What all purchases together may save. When it is used up, nobody gets it."),
        required=False,
    )
    condition = ConditionField(
        vocabulary=cart_fields.CODE,
        widget=OfferConditionWidget,
        label=_("Scope"),
        help_text=_(
            "Conditions on goods choose the goods that count; all others choose the purchases: "
            "store, channel, weekday, tier, tag. No condition: everything."
        ),
    )
    stacking = forms.ChoiceField(
        label=capfirst(_("goes together")),
        choices=Stacking.choices,
        required=False,
        initial=Stacking.STACKABLE,
        widget=ChoiceCards(offer_kinds.STACKING),
    )

    class Meta:
        help_texts = HELP_TEXTS

    class Media:
        # Rows come before the fields that show by a condition, and before their editors.
        js = ("console/rows.js", "console/shown_when.js", "console/conditions.js")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in self.fields:
            when = offer_kinds.shown_when(name)
            widget: Any = self.fields[name].widget
            if not when:
                continue
            if name in ("steps", "parts"):
                widget.shown_when = when
            else:
                widget.attrs["data-shown-when"] = when
        self._prepare(Reading(publishing.spoken_at(self.instance)))

    def _prepare(self, reading: Reading) -> None:
        widgets: Any = {name: self.fields[name].widget for name in ("condition", "steps", "parts")}
        widgets["condition"].url, widgets["condition"].reading = reading.url, reading
        widgets["steps"].read = lambda: reading.of_steps
        widgets["parts"].read = lambda: reading.of_parts
        for name, field in self.fields.items():
            amount = self.initial.get(name)
            if isinstance(field, AmountField) and isinstance(amount, int):
                self.initial[name] = reading.shown(amount)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "kind" not in self.fields or "kind" in self.errors:
            return cleaned
        self._drop_unasked(cleaned)
        # An error takes its field out of `cleaned`: all are found first.
        for name, text in list(offer_checks.problems(cleaned)):
            # One problem of a field at a time: what it isn't comes before what it should be.
            if name in self.fields and name not in self.errors:
                self.add_error(name, text)
        return cleaned

    def _drop_unasked(self, cleaned: dict[str, Any]) -> None:
        """Nothing is left of what isn't asked for, or was left empty."""
        kind = cleaned["kind"]
        cleaned["form"] = cleaned.get("form") or UNASKED["form"]
        for name, standard in UNASKED.items():
            is_empty = cleaned.get(name) in (None, "")
            asked = offer_kinds.is_asked(name, kind, cleaned["form"])
            if name not in self.errors and (is_empty or not asked):
                cleaned[name] = standard
        if cleaned["stacking"] != Stacking.BEST_OF:
            cleaned["stacking_group"] = ""
        if "steps" not in self.errors:
            cleaned["steps"] = offer_steps.fitting(cleaned["steps"], kind, cleaned["form"])
