"""The member's page in a real browser: every tab, the dialogs, a phone's screen."""

import pytest
from playwright.sync_api import expect

from loyalty.models import LedgerEntry
from tests import world
from tests.browser import doors
from tests.loyalty import till

TABS = ("timeline", "ledger", "orders", "tier", "messages", "consents", "profile", "approvals")


@pytest.fixture
def service(transactional_db, keys_made, empty_cache, live_server, page):
    """Customer service on Alice's page, in English; she has bought and returned."""
    world.open_shop()
    operator = world.operator("sun", role="customer_service")
    operator.is_staff = True
    operator.save()
    alice = world.register(world.ALICE)
    order = till.sell("T-1", till.line("1", 28_000), till.line("2", 5_000), when=world.NOW)
    till.give_back(order, "R-1", {"2": 5_000}, when=world.NOW)
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    doors.come_in(page, live_server, operator)
    page.goto(f"{live_server.url}/console/members/member/{alice.pk}/change/")
    page.wait_for_selector("#nav-sidebar", state="attached")
    return page


def test_every_tab_opens_and_fits_a_phone_s_screen(service):
    for width in (1440, 390):
        service.set_viewport_size({"width": width, "height": 844})
        for tab in TABS:
            service.goto(f"{service.url.split('?')[0]}?tab={tab}")
            expect(service.locator(".member-tabs [aria-current]")).to_have_attribute(
                "href", f"?tab={tab}"
            )
            assert service.evaluate("document.documentElement.scrollWidth") <= width


def test_an_adjustment_by_keyboard_is_entered_once_and_said(service):
    service.get_by_text("Adjust points").focus()
    service.keyboard.press("Enter")
    expect(service.locator("#dialog input[name=points]")).to_be_focused()

    service.keyboard.type("120")
    service.keyboard.press("Tab")
    service.keyboard.type("Good")
    service.keyboard.press("Tab")
    service.keyboard.type("Late parcel")
    service.locator("#dialog button[type=submit]").dblclick()

    expect(service.get_by_text("120 points added.")).to_be_visible()
    assert LedgerEntry.objects.filter(kind="ADJUST", points=120).count() == 1


def test_a_refusal_is_said_in_the_dialog_and_keeps_what_was_filled_in(service):
    service.get_by_text("Adjust points").click()
    service.fill("#dialog input[name=points]", "-500")
    service.select_option("#dialog select[name=reason]", "correction")

    service.click("#dialog button[type=submit]")

    expect(service.get_by_role("alert")).to_contain_text("does not have so many points")
    expect(service.locator("#dialog input[name=points]")).to_have_value("-500")


def test_a_phone_is_shown_after_a_reason_and_gone_with_the_dialog(service):
    service.get_by_text("Show phone number").click()
    service.fill("#dialog textarea[name=reason]", "Asked to be called back")

    service.click("#dialog button[type=submit]")

    expect(service.locator(".revealed")).to_have_text("+86 138 0013 8000")
    service.keyboard.press("Escape")
    expect(service.locator(".revealed")).to_be_hidden()
