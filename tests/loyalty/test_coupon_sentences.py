"""A coupon type reads as one sentence that a manager can check at a glance."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from loyalty.admin import coupon_sentences
from loyalty.models import CouponType
from members.models import Store
from tests import world

pytestmark = pytest.mark.django_db
SKINCARE = {"field": "line.category", "op": "eq", "value": "skincare"}
# Midnight in Shanghai.
FIRST = datetime(2026, 3, 1, 16, tzinfo=UTC)
LAST = datetime(2026, 3, 31, 16, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _shop(keys_made, empty_cache):
    world.open_shop()
    with translation.override("en"):
        yield


def coupon_type(**changes):
    values = {"kind": "MONEY_OFF", "amount": 2_000, "validity": "DAYS", "valid_days": 30}
    return CouponType(code="t", name_en="Spring", **{**values, **changes})


def said(stores=(), **changes):
    return coupon_sentences.whole(coupon_type(**changes), stores=list(stores))


def test_money_off_with_scope_days_and_limits():
    assert said(min_spend_amount=10_000, condition=SKINCARE, stock_count=1_000) == (
        "¥20 off from ¥100 on if the item is of category skincare; 30 days from the day after the "
        "claim; one per member; 1,000 in all."
    )


@pytest.mark.parametrize(
    ("changes", "worth"),
    [
        ({"kind": "MONEY_OFF", "amount": 1_950}, "¥19.50 off"),
        ({"kind": "PERCENT_OFF", "off_basis_points": 2_000}, "20% off"),
        ({"kind": "PERCENT_OFF", "off_basis_points": 1_250}, "12.5% off"),
        (
            {"kind": "PERCENT_OFF", "off_basis_points": 1_000, "cap_amount": 5_000},
            "10% off, at most ¥50",
        ),
        ({"kind": "PERCENT_OFF", "off_basis_points": 10_000}, "free"),
        ({"kind": "GIFT", "gift_sku": "SK-9"}, "SK-9 as a gift"),
        ({"kind": "GIFT", "gift_sku": "SK-9", "quantity": 3}, "3 × SK-9 as a gift"),
        ({"kind": "FREE_SHIPPING"}, "Free shipping"),
        ({"kind": "EXCHANGE", "amount": 990}, "1 piece for ¥9.90"),
        ({"kind": "EXCHANGE", "amount": 990, "quantity": 2}, "Up to 2 pieces for ¥9.90 each"),
        ({"kind": "EXCHANGE", "amount": 0}, "1 piece for free"),
        ({"kind": "MULTIPLIER", "multiplier_percent": 200}, "Points × 2"),
        ({"kind": "MULTIPLIER", "multiplier_percent": 150}, "Points × 1.5"),
    ],
)
def test_each_kind_says_what_it_is_worth(changes, worth):
    assert coupon_sentences.worth(coupon_type(**changes)) == worth


@pytest.mark.parametrize(
    ("off", "tenths"), [(2_000, "8"), (500, "9.5"), (1_250, "8.75"), (1, "9.999"), (9_000, "1")]
)
def test_in_chinese_a_percentage_is_told_by_what_is_left_of_ten(off, tenths):
    with translation.override("zh-hans"):
        assert coupon_sentences.off_text(off).startswith(tenths)
        assert "%" not in coupon_sentences.off_text(off)


def test_from_a_spend_and_on_everything():
    assert coupon_sentences.head(coupon_type(min_spend_amount=10_050)) == "¥20 off from ¥100.50 on"
    assert coupon_sentences.head(coupon_type()) == "¥20 off"


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        (FIRST, LAST, "valid from 2 Mar 2026 through 31 Mar 2026"),
        (None, LAST, "valid through 31 Mar 2026"),
        (FIRST, None, "valid from 2 Mar 2026 on"),
        (None, None, "valid without an end"),
        (
            datetime(2026, 3, 1, 2, tzinfo=UTC),
            datetime(2026, 3, 31, 10, 30, tzinfo=UTC),
            "valid from 1 Mar 2026, 10:00 until 31 Mar 2026, 18:30",
        ),
    ],
)
def test_a_period_is_told_by_its_last_day_or_its_hour(start, end, told):
    made = coupon_type(validity="FIXED", valid_from=start, valid_until=end)

    assert coupon_sentences.validity(made) == told


def test_one_day_is_one_day():
    assert "; 1 day from the day after the claim;" in said(valid_days=1)


def test_how_members_come_by_it_and_how_many():
    told = said(
        public_code="WELCOME10", is_claimable=True, claim_until=LAST, limit_member=3,
        limit_member_day=1, budget_amount=300_000,
    )  # fmt: skip

    assert told == (
        "¥20 off; 30 days from the day after the claim; with the code WELCOME10; claimed by "
        "members through 31 Mar 2026; 3 per member; one per member and day; budget ¥3,000."
    )


def test_no_limit_is_not_told():
    assert said(limit_member=None) == "¥20 off; 30 days from the day after the claim."


def test_stores_and_how_it_goes_with_others():
    stores = Store.objects.order_by("code")
    told = said(stores, limit_member=None, stacking="EXCLUSIVE")

    assert told == (
        "¥20 off; only in Sanlitun and Jing'an; 30 days from the day after the claim; not "
        "together with other discounts."
    )
    assert said(stacking="BEST_OF", stacking_group="spring").endswith(
        "; only the best of the group “spring” counts."
    )


def test_a_bad_scope_is_told_not_hidden():
    told = said(condition={"field": "order.net_amount", "op": "gte", "value": 1})

    assert told.startswith("¥20 off if ")
    assert "order.net_amount" in told
