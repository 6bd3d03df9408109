"""The form of cuts and weights: each field with its help in operators' words."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from analytics.rules.policies import Policy
from analytics.selectors import policies as policy_selectors
from analytics.services import policies
from loyalty.admin import amount_fields
from loyalty.admin.amount_fields import AmountField
from loyalty.rules import money
from members.admin import dialogs

# A change of these moves nobody between classes.
NO_CLASSES = frozenset(
    {"active_days", "warm_days", "dormant_days", "bounce_days", "margin_percent"}
)
_LETTERS = ("r", "f", "m")
# Minor units; more is nobody's turnover.
_MOST = 10**15


class CutsField(forms.CharField):
    """Four ascending numbers as people type them: `30, 90, 180, 270`. `digits` are those of a
    minor unit, where the numbers are amounts."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, *, is_amount: bool = False, **options: Any) -> None:
        super().__init__(max_length=100, required=False, **options)
        self.is_amount = is_amount

    def shown(self, cuts: Sequence[int]) -> str:
        scale = 10 ** self._digits()
        return ", ".join(f"{Decimal(cut) / scale:f}" for cut in cuts)

    def clean(self, value: Any) -> list[int]:
        words = super().clean(value).replace("，", ",").replace("、", ",").split(",")
        scale = 10 ** self._digits()
        numbers = [_number(word) * scale for word in words if word.strip()]
        if not all(0 <= number <= _MOST and number == int(number) for number in numbers):
            raise forms.ValidationError(_("Numbers with commas between them, such as 2, 4, 8, 16."))
        return [int(number) for number in numbers]

    def _digits(self) -> int:
        return money.digits(amount_fields.currency()) if self.is_amount else 0


def _number(word: str) -> Decimal:
    """What was typed; below zero where it is no number, or a larger one than any."""
    try:
        number = Decimal(word.strip())
    except InvalidOperation:
        return Decimal(-1)
    return number if number.is_finite() and number <= _MOST else Decimal(-1)


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    value_high_amount = AmountField(
        label=capfirst(_("high value from, a year")),
        help_text=_("Net sales of 365 days; both this and the repeat orders must be reached."),
    )
    value_basic_amount = AmountField(
        label=capfirst(_("basic value below, a year")),
        help_text=_("Net sales of 365 days; who is neither high nor basic is potential."),
    )
    rfm_cuts_r = CutsField(
        label=_("Cuts of R, days"),
        help_text=_("R is 5 up to the first, then 4, 3, 2, and 1 after the last one."),
    )
    rfm_cuts_f = CutsField(
        label=_("Cuts of F, orders"),
        help_text=_("F is 1 below the first, then 2, 3, 4, and 5 from the last one on."),
    )
    rfm_cuts_m = CutsField(
        label=_("Cuts of M, amounts"),
        help_text=_("M is 1 below the first, then 2, 3, 4, and 5 from the last one on."),
        is_amount=True,
    )
    engagement_cuts = CutsField(
        label=_("Engagement rises at, active days"),
        help_text=_(
            "1 below the first of these four counts, 5 from the last one on. A day is active with "
            "something done in a channel, or a log-in to an app."
        ),
    )

    class Meta:
        help_texts = {
            "rfm_window_days": _("Orders of so many days count for R, F and M; 365 by default."),
            "rfm_method": _(
                "By rank, everyone is compared with the others, and equal figures get an equal "
                "score. Cuts set by hand say it in days, orders and money."
            ),
            "active_days": _("Active: bought within so many days; 30 by default."),
            "warm_days": _("Warm: after that, within so many days; 60 by default."),
            "dormant_days": _("Dormant: after that, within so many days; then lost."),
            "mature_orders_count": _("Fewer paid orders in 365 days: still growing."),
            "decline_days": _("Who has been away for longer declines; 90 by default."),
            "lost_days": _("Who has been away for longer is lost; 180 by default."),
            "gap_factor": _(
                "Who usually comes every 10 days declines after 30 with 3. Their own gap is the "
                "median of the days between purchase days."
            ),
            "gap_floor_days": _(
                "A shorter gap counts as this: who comes daily isn't lost at once."
            ),
            "gap_from_days_count": _("With fewer purchase days nobody has a gap of their own."),
            "value_high_repeats": _("Paid orders of 365 days after the first one."),
            "value_basic_repeats": _("At most so many repeat orders, and little spent."),
            "loyal_orders_count": _("With the last order within the days beside it."),
            "loyal_days": _("Since the last order; 60 by default."),
            "lost_orders_count": _("Who bought less often can't be lost as a customer."),
            "lost_customer_days": _("Since the last order; 180 by default."),
            "health_r_percent": _("The five weights are 100 % together."),
            "health_engagement_percent": _(
                "Where no channel sends what members do, the other weights count alone."
            ),
            "health_service_percent": _("Of whom nothing is known, the other weights count alone."),
            "health_warning": _(
                "Of 100 points. A member who falls below it is told to whoever listens."
            ),
            "engagement_days": _("Active days of so many days count; 90 by default."),
            "service_days": _(
                "Ratings of cases, answers to surveys and complaints of so many days count."
            ),
            "bounce_days": _("New members without a second order within so many days bounced."),
            "margin_percent": _("What is left of a sale after the goods are paid, for the value."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # A form without a row begins with the defaults.
        for name in ("value_high_amount", "value_basic_amount"):
            self.initial.setdefault(name, getattr(self.instance, name))
        shown = policy_selectors.of_row(self.instance) if self.instance.pk else Policy()
        for letter in _LETTERS:
            self._show(f"rfm_cuts_{letter}", getattr(shown.rfm_cuts, letter))
        self._show("engagement_cuts", shown.engagement_cuts)

    def _show(self, name: str, cuts: Sequence[int]) -> None:
        field = self.fields.get(name)
        if isinstance(field, CutsField):
            self.initial[name] = field.shown(cuts)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cuts = {letter: cleaned.get(f"rfm_cuts_{letter}") for letter in _LETTERS}
        self.instance.rfm_cuts = {letter: cut for letter, cut in cuts.items() if cut}
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors.keys() - {NON_FIELD_ERRORS}:
            return
        # The database's own refusals name no field: ours say it where it stands.
        unnamed = self.errors.pop(NON_FIELD_ERRORS, None)
        for name, problem in policies.problems(self.instance):
            self.add_error(name if name in self.fields else None, dialogs.refusal(problem))
        if unnamed and not self.errors:
            self.errors[NON_FIELD_ERRORS] = unnamed

    @property
    def moves_anybody(self) -> bool:
        return any(name not in NO_CLASSES for name in self.changed_data)
