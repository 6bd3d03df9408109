"""Amounts as people type them, by what the programme's currency has."""

import pytest
from django import forms

from loyalty.admin.amount_fields import AmountField
from tests.loyalty import till

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("currency", "right", "minor", "wrong"),
    [
        ("CNY", "12.34", 1_234, "12.345"),
        ("CNY", "0.99", 99, "0.999"),
        ("JPY", "12", 12, "5.5"),
        ("KWD", "12.345", 12_345, "12.3456"),
    ],
)
def test_more_digits_than_the_currency_has_are_refused_and_never_cut_off(
    keys_made, currency, right, minor, wrong
):
    till.set_up(currency=currency)

    assert AmountField().clean(right) == minor
    with pytest.raises(forms.ValidationError):
        AmountField().clean(wrong)
