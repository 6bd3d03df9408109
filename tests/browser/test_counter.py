"""The counter in a real browser: the keyboard alone, a scanner, a phone's screen."""

import re

import pytest
from playwright.sync_api import expect

from members.models import Member
from tests import world
from tests.browser import doors


@pytest.fixture
def clerk(transactional_db, keys_made, empty_cache, live_server, page):
    """A clerk of SH01, logged in on an English page; Alice is a member."""
    world.open_shop()
    operator = world.operator("wang", role="clerk", store_codes=["SH01"])
    operator.is_staff = True
    operator.save()
    world.register(world.ALICE)
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    doors.come_in(page, live_server, operator)
    page.goto(f"{live_server.url}/console/")
    return page


def scan_box(page):
    return page.locator("#counter-scan")


def open_counter(page):
    page.keyboard.press("F2")
    page.wait_for_url("**/console/counter/")
    expect(scan_box(page)).to_be_focused()


def test_from_any_page_f2_scan_and_enter_show_the_card(clerk):
    open_counter(clerk)

    clerk.keyboard.type("138 0013 8000\n")

    expect(clerk.locator(".result-good")).to_contain_text("Member found")
    expect(clerk.locator(".card")).to_contain_text("张*")
    expect(scan_box(clerk)).to_be_focused()
    # A second scan takes the place of the first without a hand on the mouse.
    clerk.keyboard.type("8000\n")
    expect(clerk.locator(".result-good")).to_contain_text("Member found")


def test_a_new_customer_is_enrolled_by_keyboard_alone(clerk):
    open_counter(clerk)
    clerk.keyboard.type("13700137000\n")
    expect(clerk.locator(".result-bad")).to_contain_text("a phone number that no member has")
    expect(clerk.locator("input[name=phone]")).to_have_value("13700137000")
    expect(clerk.locator("input[name=name]")).to_be_focused()

    clerk.keyboard.type("Li Lei")
    clerk.keyboard.press("Tab")  # store: the clerk's only one
    clerk.keyboard.press("Tab")  # offers by text message
    clerk.keyboard.press("Space")
    clerk.keyboard.press("Enter")

    expect(clerk.locator(".result-good")).to_contain_text("Enrolled")
    expect(clerk.locator(".card")).to_contain_text("L*** L***")
    expect(scan_box(clerk)).to_be_focused()
    member = Member.objects.get(store__code="SH01", registered_by__username="wang")
    assert member.consents.filter(purpose="MARKETING", medium="SMS", is_granted=True).exists()


def test_arrows_choose_among_several_and_escape_is_for_the_next_customer(clerk):
    world.register(
        world.members.Registration(
            identities=(world.IdentityClaim("PHONE", "13600136000"),),
            name="张伟",
            channel="pos",
            store="SH01",
        )
    )
    open_counter(clerk)
    scan_box(clerk).fill("张")
    clerk.keyboard.press("Enter")
    expect(clerk.locator(".hits button").first).to_be_focused()

    clerk.keyboard.press("ArrowDown")
    expect(clerk.locator(".hits button").nth(1)).to_be_focused()
    clerk.keyboard.press("Enter")
    expect(clerk.locator(".card")).to_contain_text("138****8000")

    clerk.keyboard.press("Escape")
    expect(clerk.locator(".card")).to_have_count(0)
    expect(scan_box(clerk)).to_be_focused()
    expect(scan_box(clerk)).to_have_value("")


def test_what_is_typed_after_a_click_beside_goes_into_the_scan_box(clerk):
    open_counter(clerk)
    clerk.locator("body").click(position={"x": 900, "y": 700})

    clerk.keyboard.type("13800138000\n")

    expect(clerk.locator(".result-good")).to_contain_text("Member found")


def test_a_lost_network_is_said_in_red_and_keeps_what_was_filled_in(clerk, watch):
    open_counter(clerk)
    clerk.keyboard.type("13700137000\n")
    expect(clerk.locator("input[name=name]")).to_be_focused()
    clerk.keyboard.type("Li Lei")
    clerk.context.set_offline(True)

    clerk.keyboard.press("Enter")

    expect(clerk.locator(".result-bad")).to_contain_text("The server does not answer")
    expect(clerk.locator("input[name=name]")).to_have_value("Li Lei")
    clerk.context.set_offline(False)
    clerk.locator("input[name=name]").press("Enter")
    expect(clerk.locator(".result-good")).to_contain_text("Enrolled")


def test_on_a_phone_the_card_needs_no_sideways_scrolling(clerk):
    clerk.set_viewport_size({"width": 390, "height": 844})
    clerk.goto(re.sub(r"/console/.*", "/console/counter/", clerk.url))
    expect(scan_box(clerk)).to_be_focused()

    clerk.keyboard.type("13800138000\n")

    expect(clerk.locator(".card")).to_be_visible()
    assert clerk.evaluate("document.documentElement.scrollWidth") <= 390
