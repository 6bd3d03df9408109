"""An address that the product has switched off by itself: operators see it where they look."""

import pytest

from campaigns.models import WebhookEndpoint
from campaigns.services import webhook_endpoints
from tests.campaigns.shop import NOW
from tests.console import staff

pytestmark = pytest.mark.django_db
MESSAGES = "/console/campaigns/delivery/"
ADDRESSES = "/console/campaigns/webhookendpoint/"
TOLD = "answered that it is gone (410)"


@pytest.fixture
def gone(shop):
    return WebhookEndpoint.objects.create(
        code="push",
        name_en="App pushes",
        use=WebhookEndpoint.Use.PUSH,
        url="https://shop.example/push",
        secrets="whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
        is_active=False,
        gone_at=NOW,
        created_at=NOW,
    )


def page(client, path):
    return client.get(path, headers={"accept-language": "en"}).content.decode()


def test_messages_and_addresses_say_so_until_it_is_on_again(gone):
    chief = staff.logged_in("chief", "administrator")
    for path in (MESSAGES, ADDRESSES):
        shown = page(chief, path)
        assert shown.count(TOLD) == 1
        assert f"{ADDRESSES}{gone.pk}/change/" in shown

    webhook_endpoints.activate(endpoint_id=gone.pk, is_active=True, actor_id=None, at=NOW)

    for path in (MESSAGES, ADDRESSES):
        assert TOLD not in page(chief, path)


def test_who_may_not_switch_it_on_reads_that_it_is_off(gone):
    shown = page(staff.logged_in("agent", "customer_service"), MESSAGES)

    assert TOLD in shown
    assert f"{ADDRESSES}{gone.pk}/change/" not in shown


def test_what_a_person_has_switched_off_needs_no_notice(gone):
    webhook_endpoints.activate(endpoint_id=gone.pk, is_active=False, actor_id=None, at=NOW)

    assert TOLD not in page(staff.logged_in("boss", "marketing_manager"), MESSAGES)
