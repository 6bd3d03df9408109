"""The demo's offers and coupons: published by two people, in wallets, and sold with."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from campaigns.models import Offer, OfferUse
from config.demo import access, promotions
from loyalty.models import Coupon, CouponType, Order, Product
from members.models import ApprovalRequest
from members.selectors import members
from tests import kept
from tests.demo import loads
from tests.demo.end_state import checksums

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")

    def make():
        return json.loads(loads.load_demo(folder, households=10).read_text())

    yield from kept.rows(django_db_blocker, make)


def test_a_fresh_demo_has_offers_of_every_kind_coupons_in_wallets_and_carts_sold_with_them(demo):
    offers = Offer.objects.filter(state="PUBLISHED")
    assert set(offers.values_list("kind", flat=True)) == set(Offer.Kind.values)
    assert Offer.objects.get(state="DRAFT").code == "year-end"
    types = CouponType.objects.filter(state="LIVE")
    assert set(types.values_list("kind", flat=True)) == set(CouponType.Kind.values) - {"MULTIPLIER"}
    assert types.get(public_code="WELCOME10").amount == 1_000
    assert Coupon.objects.filter(origin="BATCH", state="ISSUED").count() == 200

    published = ApprovalRequest.objects.filter(action__endswith=".publish", status="APPROVED")
    assert published.count() == offers.count() + types.count() + 1
    assert not published.filter(maker=published.first().checker).exists()
    assert ApprovalRequest.objects.get(action="campaigns.offer.publish", status="PENDING")

    owner = members.find(kind="PHONE", value=demo["sample"]["phone"])
    held = Coupon.objects.filter(member=owner, state="CLAIMED")
    assert {"welcome-10", "fruit-15", "bread-gift"} <= set(
        held.values_list("type__code", flat=True)
    )
    sold = Order.objects.filter(source="demo-carts")
    assert sold.count() > 0
    assert OfferUse.objects.filter(state="COMMITTED", order_id__in=sold.values("pk")).exists()
    call_command("verify_ledger", stdout=StringIO())

    before = checksums()
    sample = access.sample_order()
    promotions.set_up(sample=sample.member, at=timezone.now())
    assert checksums() == before


def test_products_have_a_price_and_a_cost_below_it_and_birthdays_double_their_month(demo):
    told = Product.objects.filter(list_price_amount__gte=100)
    assert told.count() > 100
    for product in told:
        assert product.list_price_amount % 10 == 0
        assert 57 <= 100 * product.cost_amount / product.list_price_amount <= 80

    hit = {"rule": "birthday-month", "hit": True}
    doubled = Order.objects.filter(source="demo", trace__rules__contains=[hit])
    assert doubled.exists()
    for order in doubled.filter(points_amount=0)[:20]:
        base = order.eligible_amount // 100
        coefficient = order.trace["coefficient_percent"]
        expected = order.eligible_amount * 2 * coefficient // 10_000
        assert (order.earned_points, order.earned_points >= 2 * base) == (expected, True)
