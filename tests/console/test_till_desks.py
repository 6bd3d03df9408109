"""Who sells where, and whose cart it is."""

import re
from datetime import timedelta

import pytest
import time_machine

from loyalty.models import Order
from members.models import Member, Store, User
from tests import world
from tests.console import staff, tills

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter(shop):
    tills.stock_up()
    return tills.of()


def buy(counter, *scans):
    counter.scan(*scans)
    counter.press("pay")
    return counter.press("sell:cash")


@pytest.mark.parametrize("token", ["", "forged", "eyJ1aWQiOiJ4In0:1abc:sig"])
def test_a_cart_that_is_not_ours_is_refused(counter, token):
    counter.token = token
    said = counter.scan("MUG")
    assert "This cart is none of yours" in said


def test_another_operator_s_cart_and_yesterday_s_are_refused(counter, shop):
    counter.scan("MUG")
    other = tills.of("li")
    other.token = counter.token
    assert "This cart is none of yours" in other.press("pay")
    with time_machine.travel(world.NOW + timedelta(hours=13), tick=False):
        # Half a day ends a log-in.
        counter.browser.logout()
        counter.browser.force_login(
            User.objects.get(username="wang"),
            backend="django.contrib.auth.backends.ModelBackend",
        )
        assert "This cart is none of yours" in counter.press("pay")
    assert Order.objects.count() == 0


def test_who_works_in_several_stores_chooses_once(shop):
    tills.stock_up()
    counter = tills.of("zhao", "store_manager", ["SH01", "BJ01"])
    assert "Which store does this till stand in?" in counter.text
    assert "Choose first which store this till stands in." in counter.scan("MUG")
    beijing = Store.objects.get(code="BJ01").pk
    counter.press("store", till_store=str(beijing))
    assert "This till stands in Sanlitun" in tills.TillPage(counter.browser).open().text
    buy(counter, "MUG")
    assert Order.objects.get().store_id == beijing


def test_nobody_sells_in_a_store_that_is_not_theirs(counter):
    counter.scan("MUG")
    said = counter.press("store", till_store=str(Store.objects.get(code="BJ01").pk))
    assert "You don't work in this store." in said
    wang = User.objects.get(username="wang")
    wang.stores.set(Store.objects.filter(code="BJ01"))
    said = counter.press("pay")
    # Their cart follows them to the store that they work in now; nothing is sold in the old one.
    assert counter.cart.store_id == Store.objects.get(code="BJ01").pk
    assert Order.objects.filter(store__code="SH01").count() == 0


@pytest.mark.parametrize("role", ["marketer", "auditor", "analyst", "customer_service"])
def test_who_may_not_sell_looks_members_up_at_the_counter(shop, role):
    browser = staff.logged_in("other", role)
    shown = staff.text(browser.get(tills.COUNTER))
    assert "Scan a card, or type a phone number" in shown
    assert browser.post(tills.TILL, {"text": "MUG"}).status_code == 403
    assert browser.get(tills.RECEIPT).status_code == 403


def test_a_new_customer_is_enrolled_in_the_middle_of_a_purchase(counter):
    counter.scan("MUG")
    counter.scan("137 0013 7000")
    assert "New member" in counter.text
    counter.press("form:137 0013 7000")
    fields = dict(
        re.findall(r'name="(submission|store|phone)"[^>]*?value="([^"]*)"', counter.shown)
    )
    store = str(Store.objects.get(code="SH01").pk)
    said = counter.press("enroll", **{**fields, "store": store, "name": "李雷", "offers_sms": "on"})
    member = Member.objects.get()
    assert "Enrolled" in said
    assert counter.cart.member == str(member.uid)
    assert counter.lines == [("MUG", "1")]
