"""Texts of messages that go out: with the gift of the step before, and as the forecast said."""

import pytest

from campaigns.models import Delivery
from campaigns.services import deliveries, forecasts, journeys
from loyalty.models import Coupon, ReferralCode
from tests.campaigns import made
from tests.campaigns.shop import NOW, enroll
from tests.loyalty import coupon_shop, referral_shop
from tests.loyalty.referral_shop import REFERRER, REGISTRATION

pytestmark = pytest.mark.django_db
GIFT = {"id": "s1", "kind": "GRANT", "what": "COUPON", "code": "ten", "count": 1}


def by_inbox(text, *steps):
    made.template("gift", subject_en="x", body_en=text, body_zh="")
    return made.running(
        entry="NOW",
        condition={"all": [{"field": "member.joined_days", "op": "gte", "value": 0}]},
        steps=[*steps, made.message("INBOX", template="gift")],
    )


def send():
    made.run_through(at=NOW)
    while journeys.advance_due(at=NOW):
        pass
    deliveries.send_due(at=NOW)


def outcome():
    return list(Delivery.objects.order_by("pk").values_list("state", "reason"))


def test_the_forecast_counts_on_the_coupon_that_the_step_before_gives(shop):
    coupon_shop.live("ten")
    enroll()
    campaign = by_inbox("Code {{ coupon_code }} until {{ coupon_until | day }}", GIFT)
    found = forecasts.forecast(campaign_id=campaign.pk, at=NOW)
    assert (found.sendable_count, found.excluded) == (1, {})
    assert not Coupon.objects.exists()

    send()

    coupon = Coupon.objects.get()
    (delivery,) = Delivery.objects.all()
    assert outcome() == [("SENT", "")]
    assert delivery.body.startswith(f"Code {coupon.code} until ")


def test_the_forecast_says_of_whom_something_is_not_known(shop):
    enroll()
    campaign = by_inbox("{{ last_order_on | day }}")

    found = forecasts.forecast(campaign_id=campaign.pk, at=NOW)

    assert (found.sendable_count, found.excluded["missing_variable"]) == (0, 1)


def test_a_code_for_recommending_is_made_when_it_is_sent_and_not_by_the_forecast(shop):
    referral_shop.live((REGISTRATION, REFERRER, 5), link_url="https://shop.example/j/{code}")
    enroll()
    campaign = by_inbox("{{ referral_link }}")

    assert forecasts.forecast(campaign_id=campaign.pk, at=NOW).sendable_count == 1
    assert not ReferralCode.objects.exists()

    send()

    code = ReferralCode.objects.get().code
    assert Delivery.objects.get().body == f"https://shop.example/j/{code}"
