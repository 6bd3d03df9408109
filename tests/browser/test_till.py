"""The till in a real browser: scanner and keyboard only, then a phone's screen."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from campaigns.models import QuoteLock
from loyalty.models import Order
from members.models import User
from tests import world
from tests.browser import doors
from tests.campaigns.offers import coupon_type, offer
from tests.console import tills
from tests.loyalty import till as channel

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def shop(transactional_db, keys_made, empty_cache):
    """SH01 with goods, an offer, a coupon, and Alice, who has 1,000 points."""
    world.open_shop()
    tills.stock_up()
    operator = world.operator("wang", role="clerk", store_codes=["SH01"])
    operator.is_staff = True
    operator.save()
    world.register(world.ALICE)
    channel.sell("T-1", channel.line("1", 100_000), when=timezone.now())
    offer("spring", steps=[{"min_amount": 10_000, "amount": 2_000}])
    coupon_type("hello", amount=1_000, public_code="HELLO10", valid_until=None)
    coupon_type("big", amount=5_000, public_code="BIG50", min_spend_amount=50_000, valid_until=None)


@pytest.fixture
def open_till(shop, live_server, page):
    """Logs the clerk in and opens the counter with F2."""

    def open_it(language):
        cookie = {"name": "django_language", "value": language, "url": live_server.url}
        page.context.add_cookies([cookie])
        doors.come_in(page, live_server, User.objects.get(username="wang"))
        page.goto(f"{live_server.url}/console/")
        page.keyboard.press("F2")
        page.wait_for_url("**/console/counter/")
        expect(box(page)).to_be_focused()
        return page

    return open_it


def box(page):
    return page.locator("#counter-scan")


def payable(page):
    return page.locator("[data-payable]")


def ready(page):
    """Every scan has been answered."""
    expect(page.locator("#counter-result")).not_to_have_attribute("aria-busy", "true")


@pytest.mark.parametrize(("language", "sold"), [("en", "Sold: ¥188.50"), ("zh-hans", "¥188.50")])
def test_a_queue_is_served_by_scanner_and_keyboard_alone(open_till, language, sold):
    till = open_till(language)
    # A scanner is quicker than any answer: all of it lands in the box, nothing is lost.
    till.keyboard.type("13800138000\nMUG\n6901234567892\nmug\nHELLO10\n58.50\n")
    ready(till)
    # ¥50 × 2 + ¥70 + ¥58.50, less ¥20 and ¥10.
    expect(payable(till)).to_have_attribute("data-payable", "19850")
    expect(till.locator("[data-line]")).to_have_count(3)
    expect(till.locator(".till-member")).to_contain_text("张*")
    expect(box(till)).to_be_focused()

    till.keyboard.press("F8")
    expect(payable(till)).to_have_attribute("data-payable", "18850")
    till.keyboard.press("F9")
    expect(till.locator("[data-method]").first).to_be_focused()
    assert QuoteLock.objects.get().state == "OPEN"
    till.keyboard.press("ArrowRight")
    till.keyboard.press("Enter")

    expect(till.locator("[data-sold]")).to_contain_text(sold)
    expect(till.locator(".receipt")).to_contain_text("198.50")
    expect(box(till)).to_be_focused()
    order = Order.objects.get(source="counter")
    assert (order.money_amount, order.points_amount) == (18_850, 1_000)
    assert order.payments[0]["method"] == "wechat_pay"
    # The next customer begins with the next scan.
    till.keyboard.type("58.50\n")
    expect(payable(till)).to_have_attribute("data-payable", "5850")
    assert till.locator("html").get_attribute("lang").startswith(language[:2])


def test_lines_are_changed_and_taken_away_by_keys(open_till):
    till = open_till("en")
    till.keyboard.type("MUG\n6901234567892\n")
    ready(till)
    till.keyboard.press("ArrowUp")
    last = till.locator("[data-line='2'] input")
    expect(last).to_be_focused()
    till.keyboard.press("+")
    expect(last).to_have_value("2")
    expect(last).to_be_focused()
    till.keyboard.type("5\n")
    expect(last).to_have_value("5")
    expect(payable(till)).to_have_attribute("data-payable", "38000")
    expect(box(till)).to_be_focused()
    till.keyboard.press("ArrowUp")
    till.keyboard.press("Delete")
    expect(till.locator("[data-line]")).to_have_count(1)
    expect(payable(till)).to_have_attribute("data-payable", "5000")


def test_a_scan_while_keys_are_elsewhere_lands_in_the_box(open_till):
    till = open_till("en")
    till.keyboard.type("MUG\n")
    ready(till)
    till.keyboard.press("F9")
    expect(till.locator("[data-method]").first).to_be_focused()
    till.keyboard.type("6901234567892\n")
    expect(till.locator("[data-line]")).to_have_count(2)
    assert Order.objects.filter(source="counter").count() == 0
    assert QuoteLock.objects.get().state == "RELEASED"


def test_escape_goes_back_one_step_at_a_time_and_drops_goods_only_when_asked(open_till):
    till = open_till("en")
    till.keyboard.type("MUG\n")
    ready(till)
    till.keyboard.press("F9")
    expect(till.locator("[data-method]").first).to_be_focused()
    till.keyboard.press("Escape")
    expect(till.locator("[data-line]")).to_have_count(1)
    expect(box(till)).to_be_focused()
    till.keyboard.press("Escape")
    expect(till.locator(".till-next")).to_be_focused()
    till.keyboard.press("Escape")
    expect(box(till)).to_be_focused()
    expect(till.locator("[data-line]")).to_have_count(1)
    till.keyboard.press("Escape")
    till.keyboard.press("Enter")
    expect(till.locator("[data-line]")).to_have_count(0)
    expect(till.locator(".empty")).to_contain_text("Ready for the next customer.")


def test_what_is_not_known_is_said_in_red_and_a_missing_price_is_asked_in_the_box(open_till):
    till = open_till("en")
    till.keyboard.type("4006381333931\n")
    expect(till.locator(".result-bad")).to_contain_text("a bar code of goods")
    till.keyboard.type("MELON\n")
    expect(box(till)).to_have_value("MELON@")
    till.keyboard.type("12.5\n")
    expect(payable(till)).to_have_attribute("data-payable", "1250")
    till.keyboard.type("BIG50\n")
    expect(till.locator(".result-bad")).to_contain_text("¥487.50 more of these goods are needed.")
    till.keyboard.type("58\n")
    expect(till.locator(".hits button")).to_be_focused()
    till.keyboard.press("Enter")
    expect(payable(till)).to_have_attribute("data-payable", "7050")


def test_an_order_s_number_leads_to_its_page(open_till):
    till = open_till("en")
    till.keyboard.type("T-1\n")
    till.wait_for_url(re.compile(r"/console/loyalty/order/\d+/change/"))


def test_a_lost_network_names_the_scans_that_were_lost(open_till):
    till = open_till("en")
    till.keyboard.type("MUG\n")
    ready(till)
    till.context.set_offline(True)
    till.keyboard.type("6901234567892\n")
    expect(till.locator(".result-bad")).to_contain_text("6901234567892")
    till.context.set_offline(False)
    till.keyboard.press("Enter")
    expect(till.locator("[data-line]")).to_have_count(2)


def test_the_receipt_is_printed_without_the_page_around_it(open_till):
    till = open_till("en")
    till.evaluate("window.print = () => { window.printed = document.body.className; }")
    till.keyboard.type("MUG\n")
    ready(till)
    till.keyboard.press("F9")
    expect(till.locator("[data-method]").first).to_be_focused()
    till.keyboard.press("Enter")
    expect(till.locator("[data-sold]")).to_be_visible()
    till.keyboard.press("F4")
    assert "is-printing" in till.evaluate("window.printed")
    till.emulate_media(media="print")
    expect(till.locator("#print-area .receipt")).to_be_visible()
    expect(box(till)).to_be_hidden()
    width = till.locator("#print-area .receipt").bounding_box()["width"]
    assert round(width * 25.4 / 96) == 72


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_phone_sells_by_taps_with_big_targets(open_till, language):
    till = open_till(language)
    till.set_viewport_size(PHONE)
    box(till).fill("MUG")
    till.locator(".till-take").click()
    more = till.locator("[data-line='1'] button").nth(1)
    more.click()
    expect(payable(till)).to_have_attribute("data-payable", "8000")
    assert till.evaluate("document.documentElement.scrollWidth") <= 390
    sizes = [target.bounding_box() for target in till.locator(".till-lines button").all()]
    assert min(min(size["width"], size["height"]) for size in sizes) >= 44
    till.locator("[data-pay]").click()
    till.locator("[data-method]").nth(2).click()
    expect(till.locator("[data-sold]")).to_contain_text("80.00")
    assert till.evaluate("document.documentElement.scrollWidth") <= 390
    assert Order.objects.get(source="counter").payments[0]["method"] == "alipay"
