"""A short message is asked for by its parts: alike in the preview, the forecast and the budget."""

from datetime import timedelta

import pytest

from campaigns.models import ContactPolicy, Delivery, MessageTemplate
from campaigns.services import (
    deliveries,
    forecasts,
    message_prices,
    template_previews,
    templates,
)
from campaigns.services.templates import Text
from campaigns.transports import registry
from campaigns.transports.contract import Transport
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
NOW = world.NOW
HOUR = NOW + timedelta(hours=1)


@pytest.fixture
def sms(monkeypatch, provider):
    transport = Transport(medium="SMS", identity_kind="PHONE", send=provider.send)
    monkeypatch.setitem(registry.TRANSPORTS, "SMS", transport)


@pytest.mark.parametrize(
    ("medium", "body", "count"),
    [
        ("SMS", "x" * 160, 1),
        ("SMS", "x" * 161, 2),
        ("SMS", "积" * 135, 3),
        ("SMS", "", 1),
        ("EMAIL", "x" * 1_000, 1),
        ("PUSH", "x" * 1_000, 1),
    ],
)
def test_a_long_text_is_asked_for_by_each_part_of_a_short_message(sms, medium, body, count):
    assert message_prices.parts(medium, Text(subject="", body=body)) == count
    assert message_prices.parts(medium, None) == 1


def test_links_count_as_long_as_those_that_go_out(sms, settings):
    text = Text(subject="", body="x" * 130 + " https://a.cn")
    assert message_prices.parts("SMS", text) == 1

    settings.PUBLIC_URL = "https://m.shop.example"
    # Behind the host stand "/m/c/" and 24 signs.
    assert message_prices.length(text.body).units == 131 + 22 + 5 + 24
    assert len(settings.PUBLIC_URL) == 22
    assert message_prices.parts("SMS", text) == 2


def test_the_preview_the_forecast_and_the_budget_count_alike(shop, sms, provider):
    for number in range(3):
        enroll(email="", phone=f"+861380013800{number}", consents=world.yes("SMS"))
    ContactPolicy.objects.create(pk=1, costs={"SMS": 5})
    made.template(body_en="x" * 161, body_zh="")
    campaign = made.running(
        entry="AT",
        entry_rule={"at": HOUR.isoformat()},
        condition=made.EVERYBODY,
        late_policy="SEND",
        budget_amount=25,
        steps=[made.message("SMS")],
    )
    frozen = templates.freeze(MessageTemplate.objects.get(code="hello"))

    (preview,) = template_previews.previews(texts=frozen, at=NOW)
    told = forecasts.forecast(campaign_id=campaign.pk, at=NOW)
    made.run_through(at=HOUR)
    while deliveries.send_due(at=HOUR):
        pass

    assert (preview.sms.parts, preview.sms_cost_amount) == (2, 10)
    assert (told.sendable_count, told.excluded, told.cost_amount) == (2, {"budget": 1}, 20)
    sent = Delivery.objects.filter(state="SENT")
    assert list(sent.values_list("cost_amount", flat=True)) == [10, 10]
    assert len(provider.got) == 2
