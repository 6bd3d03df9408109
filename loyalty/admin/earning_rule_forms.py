"""The form of an earning rule: each field where it is needed, and refusals in words."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.admin import order_fields
from loyalty.admin.amount_fields import AmountField
from loyalty.admin.sentence_forms import SentenceForm
from loyalty.models import EarningRule, Program
from members.admin.condition_fields import ConditionField

# 100 times the points is a slip of the keyboard.
MOST_PERCENT = 10_000
MOST_POINTS = 10_000_000
_COUNTED = (Program.Validity.DAYS, Program.Validity.MONTHS)
SHOWN_WHEN = {
    "per_amount": "effect=PER_AMOUNT",
    "points": "effect=PER_AMOUNT,FIXED",
    "percent": "effect=MULTIPLIER",
    "on_return": "effect=FIXED",
    "budget_mode": "budget_points=*",
    "validity_count": "validity=DAYS,MONTHS",
    "validity_rounding": "validity=DAYS,MONTHS",
}


class EarningRuleForm(SentenceForm):
    shown_when = SHOWN_WHEN

    per_amount = AmountField(
        label=capfirst(_("per amount")),
        help_text=_("1.00: the points beside it for each yuan."),
        required=False,
    )
    min_amount = AmountField(
        label=capfirst(_("from an amount of")),
        help_text=_("Paid in money for the goods that the condition names; 0: from any amount."),
        required=False,
        initial=0,
    )
    condition = ConditionField(
        vocabulary=order_fields.CODE,
        label=capfirst(_("condition")),
        help_text=_(
            "Conditions on goods choose the goods that count; all others choose the orders."
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "program" in self.fields and not self.instance.pk:
            self.fields["program"].initial = Program.objects.filter(is_current=True).first()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        # What isn't shown for this effect needs no value of its own.
        if "per_amount" in self.fields and not cleaned.get("per_amount"):
            cleaned["per_amount"] = self._unused("per_amount", cleaned, 100)
        if "min_amount" in self.fields and cleaned.get("min_amount") is None:
            cleaned["min_amount"] = 0
        self._check_gift(cleaned)
        self._check_limits(cleaned)
        self._check_life(cleaned)
        self._check_period(cleaned)
        self._check_group(cleaned)
        return cleaned

    def _unused(self, name: str, cleaned: dict[str, Any], standard: int) -> int | None:
        if cleaned.get("effect") == EarningRule.Effect.PER_AMOUNT:
            self._refuse(name, gettext("Points are given per amount: say per how much."))
            return None
        return standard

    def _check_gift(self, cleaned: dict[str, Any]) -> None:
        effect, points = cleaned.get("effect"), cleaned.get("points")
        percent = cleaned.get("percent")
        if effect == EarningRule.Effect.MULTIPLIER:
            if percent is not None and percent > MOST_PERCENT:
                self._refuse("percent", gettext("100 times the points at most: 10000."))
            if percent == 100:
                self._refuse("percent", gettext("100 changes nothing: 200 doubles the points."))
            return
        if points is not None and not 1 <= points <= MOST_POINTS:
            self._refuse("points", gettext("Give at least one point, and 10,000,000 at most."))

    def _check_limits(self, cleaned: dict[str, Any]) -> None:
        names = ("cap_order_points", "cap_day_points", "cap_month_points", "cap_member_points")
        for name in (*names, "budget_points"):
            limit = cleaned.get(name)
            if limit is not None and limit < 1:
                self._refuse(name, gettext("Nothing could be earned: leave it empty for no limit."))

    def _check_life(self, cleaned: dict[str, Any]) -> None:
        validity = cleaned.get("validity")
        if validity in _COUNTED and not cleaned.get("validity_count"):
            self._refuse("validity_count", gettext("Say how many: at least 1."))
        program = cleaned.get("program") or getattr(self.instance, "program", None)
        is_fixed = validity == Program.Validity.FIXED_DATES
        if is_fixed and program is not None and not program.validity_dates:
            self._refuse("validity", gettext("The programme names no fixed dates: add them there."))

    def _check_period(self, cleaned: dict[str, Any]) -> None:
        start, end = cleaned.get("valid_from"), cleaned.get("valid_until")
        if start and end and end <= start:
            self._refuse("valid_until", gettext("The end must be after the start."))

    def _check_group(self, cleaned: dict[str, Any]) -> None:
        group = cleaned.get("group")
        program = cleaned.get("program") or getattr(self.instance, "program", None)
        if group is not None and program is not None and group.program_id != program.pk:
            self._refuse("group", gettext("This group belongs to another programme."))

    def _refuse(self, name: str, text: str) -> None:
        if name in self.fields:
            self.add_error(name, text)
