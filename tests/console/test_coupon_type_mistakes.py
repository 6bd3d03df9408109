"""What can't be a coupon type is told at its field, and nothing is kept."""

import pytest

from loyalty.models import CouponType
from tests.console import staff
from tests.console.coupon_forms import form

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"amount": ""}, "Say how much it takes off."),
        ({"amount": "-1"}, "Ensure this value is greater than or equal to 0."),
        ({"kind": "PERCENT_OFF"}, "Say how many percent it takes off."),
        (
            {"kind": "PERCENT_OFF", "off_basis_points": "120"},
            "Ensure this value is less than or equal to 100.",
        ),
        (
            {"kind": "PERCENT_OFF", "off_basis_points": "10", "budget_amount": "5"},
            "A budget needs the most that one takes off.",
        ),
        (
            {"kind": "PERCENT_OFF", "off_basis_points": "10", "cap_amount": "0"},
            "It would take nothing off: leave it empty.",
        ),
        ({"kind": "GIFT"}, "Say which product is the gift."),
        ({"kind": "GIFT", "gift_sku": "A", "quantity": "101"}, "At least one piece, and 100"),
        (
            {"kind": "EXCHANGE", "condition": ""},
            "Say which goods it is exchanged for: with none, any would do.",
        ),
        ({"kind": "MULTIPLIER", "multiplier_percent": "1"}, "More than 1, which changes nothing"),
        ({"valid_days": "0"}, "Say how many days: 1 to 3,650."),
        ({"validity": "FIXED"}, "Say until when it can be used."),
        (
            {
                "validity": "FIXED", "valid_from_0": "2026-04-01", "valid_from_1": "00:00",
                "valid_until_0": "2026-03-01", "valid_until_1": "00:00",
            },
            "The end must be after the start.",
        ),
        ({"stock_count": "0"}, "Nobody could have one: leave it empty for no limit."),
        ({"stacking": "BEST_OF"}, "Name the group, such as spring-sale."),
        ({"public_code": "ab"}, "At least four letters or digits."),
        ({"code": "Spring sale"}, "Enter a valid “slug”"),
        ({"condition": '{"field": "order.net_amount"}'}, "order.net_amount"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_and_nothing_is_kept(shop, changes, told):
    manager = staff.logged_in("li", "marketing_manager")

    answer = manager.post("/console/loyalty/coupontype/add/", form(**changes))

    assert told in staff.text(answer)
    assert not CouponType.objects.exists()
