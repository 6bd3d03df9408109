"""What a text in the box says by its form alone."""

from decimal import Decimal

import pytest

from config.console import till_typed
from config.console.till_typed import BadAmount, Typed


@pytest.mark.parametrize(
    ("text", "digits", "amount"),
    [
        ("58.50", 2, 5_850),
        ("58.5", 2, 5_850),
        ("58.", 2, 5_800),
        ("¥58", 2, 5_800),
        ("￥58", 2, 5_800),
        ("+58", 2, 5_800),
        ("１，２５８．５０", 2, 125_850),
        ("0.01", 2, 1),
        ("9999999.99", 2, 999_999_999),
        ("0.1", 2, 10),
        ("¥580", 0, 580),
        ("1.234", 3, 1_234),
    ],
)
def test_a_point_or_a_sign_makes_money(text, digits, amount):
    assert till_typed.read(text, digits).amount == amount


@pytest.mark.parametrize(
    "text", ["58", "13800138000", "138.0013.8000", "12,50.00", "58.50a", "-58.50", ".50", "1e5.0"]
)
def test_everything_else_is_words(text):
    assert till_typed.read(text, 2).amount is None


@pytest.mark.parametrize(("text", "digits"), [("58.505", 2), ("58.5", 0), ("MUG@1.234", 2)])
def test_more_decimals_than_the_currency_has_are_no_money(text, digits):
    with pytest.raises(BadAmount):
        till_typed.read(text, digits)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("3*MUG", Typed("MUG", Decimal(3))),
        ("3 × 6901234567892", Typed("6901234567892", Decimal(3))),
        ("-1*MUG", Typed("MUG", Decimal(-1))),
        ("0.355*MUG", Typed("MUG", Decimal("0.355"))),
        ("2*58.50", Typed("58.50", Decimal(2), amount=5_850)),
        ("2*58", Typed("58", Decimal(2), amount=5_800)),
        ("MUG@12.50", Typed("MUG", None, price=1_250)),
        ("2*MUG@12", Typed("MUG", Decimal(2), price=1_200)),
        ("li@example.org", Typed("li@example.org")),
        ("  MUG\u200b ", Typed("MUG")),
        ("1.2345*MUG", Typed("1.2345*MUG")),
    ],
)
def test_quantities_and_prices_stand_before_and_after(text, typed):
    assert till_typed.read(text, 2) == typed


@pytest.mark.parametrize(
    ("digits", "is_code"),
    [("4006381333931", True), ("4006381333932", False), ("96385074", True), ("036000291452", True)],
)
def test_bar_codes_are_known_by_their_check_digit(digits, is_code):
    assert till_typed.has_check_digit(digits) is is_code


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("13700137000", ["phone", "card"]),
        ("4006381333931", ["barcode", "card"]),
        ("58", ["card", "sku"]),
        ("李雷", ["name"]),
        ("Li Lei", ["name", "sku"]),
        ("ABCD-2345-EFGH", ["coupon", "sku", "card", "order"]),
    ],
)
def test_words_that_nobody_knows_look_like_something(text, kinds):
    assert till_typed.looks_like(text) == kinds
