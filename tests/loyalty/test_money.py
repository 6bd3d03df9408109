"""Money as it is printed on a price tag."""

import pytest

from loyalty.rules import money


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (0, "CNY", "¥0.00"),
        (5, "CNY", "¥0.05"),
        (123_450, "CNY", "¥1,234.50"),
        (123_456_789_00, "USD", "$123,456,789.00"),
        (-1_999, "CNY", "−¥19.99"),
        (1_200, "JPY", "¥1,200"),
        (1_234, "KWD", "KWD 1.234"),
        (1_200, "CHF", "CHF 12.00"),
    ],
)
def test_minor_units_are_shown_in_their_currency(amount, currency, shown):
    assert money.text(amount, currency) == shown


@pytest.mark.parametrize(("amount", "shown"), [(20_000, "¥200"), (20_050, "¥200.50"), (0, "¥0")])
def test_short_leaves_out_empty_cents_only(amount, shown):
    assert money.text(amount, "CNY", short=True) == shown
