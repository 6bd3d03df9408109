"""Amounts as people type them: 199.00 in the form, 19900 in the column."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import DecimalValidator
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from loyalty.models import Program
from loyalty.rules import money

_TWO_PLACES = {"decimal_places": 2}
_MOST_DIGITS = 14


class AmountField(forms.DecimalField):
    """Takes and gives minor units; shows them in the programme's currency."""

    widget = UnfoldAdminDecimalFieldWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=Decimal(0), max_digits=_MOST_DIGITS, **options)

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value).scaleb(-_digits()) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        digits = _digits()
        amount = super().clean(value)
        if amount is None:
            return None
        # How many decimals there are is the currency's matter, known only now.
        DecimalValidator(_MOST_DIGITS, digits)(amount)
        return int(amount.scaleb(digits))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class HundredthsField(forms.DecimalField):
    """Takes and gives hundredths as whole numbers: 20 (percent) is 2000, 1.5 (times) is 150."""

    widget = UnfoldAdminDecimalFieldWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": Decimal(0), "max_digits": 9, **options, **_TWO_PLACES})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, int):
            return value
        return f"{Decimal(value).scaleb(-2).normalize():f}"

    def clean(self, value: Any) -> Any:
        shown = super().clean(value)
        return None if shown is None else int(shown.scaleb(2))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def currency() -> str:
    """The currency of the programme in force; yuan before there is one."""
    current = Program.objects.filter(is_current=True).values_list("currency", flat=True).first()
    return current or "CNY"


def _digits() -> int:
    return money.digits(currency())
