"""Printed codes that come back with what was bought: their days count from the use."""

import pytest

from loyalty.models import Coupon
from tests.loyalty import coupon_shop as shop_of
from tests.loyalty import till
from tests.loyalty.coupon_shop import days, fresh, why
from tests.loyalty.test_coupons_claims import printed

pytestmark = pytest.mark.django_db


def test_days_of_a_printed_code_count_from_its_use_when_it_comes_back(shop, alice):
    week = shop_of.live("week", validity="DAYS", valid_days=7)
    code = printed(week)[0].code
    shop_of.redeem(1, code, alice)

    assert shop_of.give_back(1)[0]["state"] == "CLAIMED"

    # Used on 21 November: good through the 28th.
    assert fresh(Coupon.objects.get(code=code)).expires_at == till.at("2026-11-29")
    assert why(shop_of.redeem(2, code, alice, when=days(8))) == "coupon_expired"


def test_a_printed_code_whose_days_are_over_comes_back_expired(shop, alice):
    week = shop_of.live("week", validity="DAYS", valid_days=7)
    code = printed(week)[0].code
    shop_of.redeem(1, code, alice)

    assert shop_of.give_back(1, when=days(10))[0]["state"] == "EXPIRED"
