"""What a coupon alone takes off some lines."""

import pytest

from loyalty.rules.coupon_worth import Verdict, Worth, judge


@pytest.mark.parametrize(
    ("worth", "amounts", "expected"),
    [
        (Worth("MONEY_OFF", amount=1_000), [7_000, 5_000], Verdict("", 12_000, 0, 1_000)),
        (Worth("MONEY_OFF", amount=1_000), [400, 300], Verdict("", 700, 0, 700)),
        (Worth("MONEY_OFF", amount=1_000), [], Verdict("coupon_scope", 0, 0, 0)),
        (
            Worth("MONEY_OFF", amount=1_000, min_spend_amount=5_000),
            [4_999],
            Verdict("coupon_min_spend", 4_999, 1, 0),
        ),
        (
            Worth("MONEY_OFF", amount=1_000, min_spend_amount=5_000),
            [2_000, 3_000],
            Verdict("", 5_000, 0, 1_000),
        ),
        # 199.00 at 8折; half a cent goes up, once per line: 0.5 + 0.5 is two cents off.
        (Worth("PERCENT_OFF", off_basis_points=2_000), [19_900], Verdict("", 19_900, 0, 3_980)),
        (Worth("PERCENT_OFF", off_basis_points=5_000), [1, 1], Verdict("", 2, 0, 2)),
        (
            Worth("PERCENT_OFF", off_basis_points=2_000, cap_amount=3_000),
            [19_900],
            Verdict("", 19_900, 0, 3_000),
        ),
        (Worth("GIFT"), [100], Verdict("", 100, 0, 0)),
        (Worth("FREE_SHIPPING"), [100], Verdict("", 100, 0, 0)),
        (Worth("MULTIPLIER"), [100], Verdict("", 100, 0, 0)),
        (Worth("EXCHANGE", amount=100), [800], Verdict("", 800, 0, None)),
    ],
)
def test_the_worth_of_a_coupon_by_itself(worth, amounts, expected):
    assert judge(worth, amounts) == expected
