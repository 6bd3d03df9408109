"""Texts of messages that go out: with the gift of the step before, and as the forecast said."""

import pytest
from django.utils.translation import override

from campaigns.models import Campaign, Delivery, MessageTemplate
from campaigns.services import deliveries, forecasts, journeys, template_fitness
from campaigns.services.campaign_versions import flow_of
from campaigns.transports import registry
from campaigns.transports.contract import Transport
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


def checked(text, *steps, media=("INBOX",), **values):
    MessageTemplate.objects.all().delete()
    made.template("gift", name_en="gift", subject_en="", body_en=text, body_zh="")
    draft = Campaign(
        code="c", name_en="C", steps=[*steps, made.message(*media, template="gift")], **values
    )
    with override("en"):
        return [said for _step, said in template_fitness.problems(draft, flow_of(draft))]


def test_a_text_that_names_what_the_campaign_never_tells_is_a_problem(shop):
    by_view = {"entry": "EVENT", "entry_rule": {"event": "members.behavior.noticed"}}

    assert "nothing in this campaign tells Product," in checked("{{ product }}")[0]
    assert checked("{{ product }}", **by_view) == []
    assert checked("{{ product | default: 'it' }}") == []


def test_a_coupon_is_told_by_the_step_that_gives_it(shop):
    assert "tells Its code" in checked("{{ coupon_code }}")[0]
    assert checked("{{ coupon_code }}", GIFT) == []


def test_a_channel_of_approved_templates_needs_its_number_once_it_is_set_up(shop, monkeypatch):
    assert checked("Hello", media=("INBOX", "WECHAT")) == []

    transport = Transport(medium="WECHAT", needs_template=lambda: True)
    monkeypatch.setitem(registry.TRANSPORTS, "WECHAT", transport)
    (said,) = checked("Hello", media=("INBOX", "WECHAT"))
    assert "WECHAT sends approved templates only, and its number isn't given" in said


def test_a_template_with_a_mistake_can_not_be_approved(shop):
    assert "is opened and not closed" in checked("{{ name")[0]
