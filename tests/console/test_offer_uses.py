"""Where offers are used: the list of uses, the order's page, the member's tab."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import OfferUse
from loyalty.models import Order
from tests import world
from tests.campaigns import offers
from tests.console import staff
from tests.console.offer_desk import STEP, shown
from tests.loyalty import till

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(shop):
    return staff.logged_in("zhao", "marketer")


@pytest.fixture
def manager(shop):
    return staff.logged_in("li", "marketing_manager")


@pytest.fixture
def used(manager, alice):
    """An order of Shanghai and one of Beijing that the offer lowered."""
    made = offers.offer("spring", steps=[STEP])
    for number, store in ((1, "SH01"), (2, "BJ01")):
        sold = till.sell(f"T-{number}", till.line("1", 9_000), when=world.NOW, store=store)
        OfferUse.objects.create(
            offer=made, code="spring", state="COMMITTED", member_id=alice.pk,
            order_id=_order(sold).pk, amount=1_000 * number, returned_amount=500,
            used_on=world.NOW.date(), recorded_at=world.NOW,
        )  # fmt: skip
    return made


def _order(answer):
    return Order.objects.get(uid=answer["id"])


def test_uses_name_their_order_and_what_it_got(manager, used):
    listed = staff.text(manager.get("/console/campaigns/offeruse/", {"q": "spring"}))
    alone = staff.text(manager.get("/console/campaigns/offeruse/", {"q": "T-2"}))

    assert "T-1</a>" in listed
    assert "T-2</a>" in listed
    assert "¥20.00" in alone
    assert "T-1</a>" not in alone


def test_a_store_manager_reads_the_uses_of_their_store(manager, used):
    browser = staff.logged_in("sun", "store_manager", ["SH01"])

    listed = staff.text(browser.get("/console/campaigns/offeruse/"))

    assert "T-1</a>" in listed
    assert "T-2</a>" not in listed


def test_who_opens_no_orders_reads_their_numbers_alone(marketer, manager, used):
    listed = staff.text(marketer.get("/console/campaigns/offeruse/"))

    assert "T-1" in listed
    assert "T-1</a>" not in listed


def test_an_order_s_page_says_what_it_was_sold_with(manager, used):
    order = OfferUse.objects.get(amount=1_000).order_id

    page = shown(staff.text(manager.get(f"/console/loyalty/order/{order}/change/")))

    assert "Sold with" in page
    assert "Offer “Offer spring”: ¥10.00 off; ¥5.00 given back by returns" in page


def test_an_order_s_page_says_what_was_not_honored(manager, alice):
    sold = till.sell("T-9", till.line("1", 9_000), when=world.NOW, coupons=["ABCDEFGHJK"])

    page = shown(staff.text(manager.get(f"/console/loyalty/order/{_order(sold).pk}/change/")))

    assert "Coupon ABCDEFGHJK: There is no such code: check it letter by letter." in page


def test_an_order_without_offers_has_no_section_of_them(manager, alice):
    sold = till.sell("T-9", till.line("1", 9_000), when=world.NOW)

    page = staff.text(manager.get(f"/console/loyalty/order/{_order(sold).pk}/change/"))

    assert "Sold with" not in page
    assert "Not honored" not in page


def test_the_member_s_tab_has_what_they_may_use_and_why_not_the_rest(manager, alice):
    gold = {"field": "member.tier", "op": "eq", "value": "gold"}
    offers.offer("spring", steps=[STEP], limit_member=2, valid_until=world.NOW + timedelta(days=1))
    offers.offer("gold", steps=[STEP], condition=gold)

    page = shown(staff.text(manager.get(staff.page(alice, "offers"))))
    usable, others = page.split("Live, but not for this member now")

    assert "Spend ¥100, save ¥20. Goes with others." in usable
    assert "2 purchases left · valid until 3 Mar 2026, 14:00" in usable
    assert "Offer gold" in others
    assert "It is for members of another tier." in others


def test_without_offers_the_member_s_tab_says_so(manager, alice):
    assert "No offer is live for this member" in staff.text(
        manager.get(staff.page(alice, "offers"))
    )


def test_the_member_s_tab_asks_no_more_for_more_offers(manager, alice):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            staff.text(manager.get(staff.page(alice, "offers")))
        return len(queries)

    everything = {
        "all": [
            {"field": "store.code", "op": "in", "value": ["SH01"]},
            {"field": "member.tier", "op": "in", "value": ["member", "gold"]},
            {"field": "line.category", "op": "in", "value": ["face"]},
            {"field": "line.brand", "op": "in", "value": ["us"]},
            {"field": "channel.code", "op": "in", "value": ["pos"]},
        ]
    }
    offers.offer("one", steps=[STEP], condition=everything)
    asked()
    few = asked()
    for number in range(8):
        offers.offer(f"more-{number}", steps=[STEP], condition=everything)
    asked()

    assert asked() <= few <= staff.MOST_QUERIES
