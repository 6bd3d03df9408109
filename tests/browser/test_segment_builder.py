"""The builder of segments in a real browser, by keyboard alone."""

import pytest
from playwright.sync_api import expect

from analytics.models import Segment
from tests import world
from tests.browser import doors

ADD = "/console/analytics/segment/add/"


@pytest.fixture
def marketer(transactional_db, keys_made, empty_cache, live_server, page):
    """A marketer on an English page; one member joined lately."""
    world.open_shop()
    world.register(world.ALICE)
    operator = world.operator("li", role="marketer")
    operator.is_staff = True
    operator.save()
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    doors.come_in(page, live_server, operator)
    page.goto(f"{live_server.url}{ADD}")
    return page


def choose(page, label):
    """In the select that has the focus, as somebody types it."""
    page.locator("select:focus").select_option(label=label)


def test_a_nested_rule_with_a_window_is_built_by_keyboard_counted_saved_and_said(marketer):
    keys = marketer.keyboard
    marketer.fill("input[name=name_en]", "New or away")
    marketer.fill("input[name=code]", "new-or-away")
    marketer.locator(".condition [data-add=group]").first.focus()
    keys.press("Enter")
    choose(marketer, "number of purchases")
    for typed in ("0", "30"):
        keys.press("Tab")
        if typed == "0":
            choose(marketer, "is")
            keys.press("Tab")
        keys.type(typed)
    inner = marketer.locator(".condition-group .condition-group")
    inner.locator("[data-add=add]").focus()
    keys.press("Space")
    choose(marketer, "gender")
    keys.press("Tab")
    choose(marketer, "is")
    keys.press("Tab")
    choose(marketer, "Female")
    said = "number of purchases in the last 30 days is 0 or gender is Female"

    expect(marketer.locator(".condition [data-words]")).to_contain_text(said)
    expect(marketer.locator("[data-count]")).to_have_text("1 member now")

    marketer.get_by_role("button", name="Save", exact=True).press("Enter")
    marketer.wait_for_url("**/change/")
    expect(marketer.locator(".segment-said")).to_have_text(said)
    expect(marketer.locator("#segment-below")).to_contain_text("Not built yet")
    expect(marketer.locator(".condition-days")).to_have_value("30")
    assert Segment.objects.get().condition == {
        "all": [
            {
                "any": [
                    {"field": "orders.count", "op": "eq", "value": 0, "days": 30},
                    {"field": "member.gender", "op": "eq", "value": "FEMALE"},
                ]
            }
        ]
    }
