"""Viewed twice in a day, not bought within half an hour: a coupon by SMS, told by channels' calls
and sent through a gateway."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.models import Campaign, Delivery, Enrollment
from campaigns.services import campaigns, deliveries, journeys, recipes
from loyalty.models import Coupon
from loyalty.services import products
from members.models import Dispatch
from members.services import approvals, dispatches, members
from members.services.identities import IdentityClaim
from tests import world
from tests.api.test_orders import body
from tests.campaigns.sms_gateway import SmsGateway
from tests.loyalty import coupon_shop

pytestmark = pytest.mark.django_db
PHONE = {"type": "phone", "value": world.ALICE_PHONE}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def gateway(settings):
    with SmsGateway() as server:
        for name, value in server.settings().items():
            setattr(settings, name, value)
        settings.SMS_TIMEOUT_SECONDS = 3.0
        yield server


@pytest.fixture
def anna(shop):
    return world.register(
        members.Registration(
            identities=(IdentityClaim("PHONE", world.ALICE_PHONE, is_verified=True),),
            name="Anna",
            language="en",
            channel="mini",
            store="SH01",
            consents=world.yes("SMS"),
        )
    )


@pytest.fixture
def campaign(shop, now) -> Campaign:
    """The recipe with the shop's coupon, asked for by one and approved by another an hour ago."""
    maker = world.operator("maker", role="marketing_manager")
    checker = world.operator("checker", role="marketing_manager")
    begun_at = now - timedelta(hours=1)
    coupon_shop.live("ten", validity="DAYS", valid_days=7)
    draft = recipes.make(code="viewed-not-bought", actor=maker, at=begun_at)
    give, say = draft.steps
    campaigns.change(
        campaign_id=draft.pk,
        values={
            "steps": [{**give, "code": "ten"}, {**say, "media": ["SMS"]}],
            "quiet_from": None,
            "quiet_until": None,
        },
        at=begun_at,
    )
    request = campaigns.submit(campaign_id=draft.pk, reason="spring", maker=maker, at=begun_at)
    approvals.approve(request_id=request.pk, checker=checker, at=begun_at)
    draft.refresh_from_db()
    assert draft.state == "RUNNING"
    return draft


def view(till, number, at, sku="SK-100"):
    sent = {
        "external_id": f"v-{number}",
        "kind": "product_view",
        "occurred_at": at.isoformat(),
        "object": sku,
        "member": PHONE,
    }
    assert till.post("events", sent).status_code == 201


def work(at):
    while dispatches.drain(at=at):
        pass
    assert not Dispatch.objects.exists()
    while journeys.advance_due(at=at):
        pass
    deliveries.send_due(at=at)


def standing():
    return [(row.state, row.reason) for row in Enrollment.objects.order_by("pk")]


def test_the_coupon_comes_by_sms_half_an_hour_behind_the_second_view(
    till, anna, campaign, gateway, now
):
    products.sync(items=[products.ProductItem(sku="SK-100", name_en="Face cream")])
    view(till, 1, now - timedelta(minutes=20))
    view(till, 2, now - timedelta(minutes=10))
    work(now + MINUTE)
    assert standing() == [("WATCHING", "")]
    assert gateway.taken == []

    work(now + timedelta(minutes=20))

    assert standing() == [("DONE", "")]
    coupon = Coupon.objects.get()
    assert (coupon.member, coupon.type.code) == (anna, "ten")
    (sent,) = gateway.taken
    assert sent.form["To"] == "+8613800138000"
    assert "Face cream" in sent.form["Body"]
    assert [(row.medium, row.state) for row in Delivery.objects.all()] == [("SMS", "SENT")]


def test_a_purchase_in_between_exits_at_once(till, anna, campaign, gateway, now):
    view(till, 1, now - timedelta(minutes=20))
    view(till, 2, now - timedelta(minutes=10))
    work(now + MINUTE)
    assert till.post("orders", body()).status_code == 201
    work(now + MINUTE)
    assert standing() == [("EXITED", "something_else")]

    work(now + timedelta(days=1))
    assert gateway.taken == []
    assert not Coupon.objects.exists()


def test_one_entry_for_member_product_and_day(till, anna, campaign, gateway, now):
    # Within one minute, so within one day, whenever this runs.
    first = (now - timedelta(minutes=20)).replace(second=0, microsecond=0)
    for number in range(6):
        view(till, number, first + timedelta(seconds=number))
    for number in range(6, 9):
        view(till, number, first + timedelta(seconds=number), sku="SK-200")
    work(now + MINUTE)
    work(now + timedelta(minutes=25))

    keys = Enrollment.objects.order_by("pk").values_list("context__product", flat=True)
    assert list(keys) == ["SK-100", "SK-200"]
    assert len(gateway.taken) == 2
    assert Coupon.objects.count() == 2
