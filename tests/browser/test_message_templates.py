"""The page of a template in a real browser: variables put in, mistakes and texts shown at once."""

import pytest
from playwright.sync_api import expect

from campaigns.models import MessageTemplate
from tests import world
from tests.browser import doors

ADD = "/console/campaigns/messagetemplate/add/"


@pytest.fixture
def marketer(transactional_db, keys_made, empty_cache, live_server, page):
    world.open_shop()
    operator = world.operator("li", role="marketer")
    operator.is_staff = True
    operator.save()
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    doors.come_in(page, live_server, operator)
    page.goto(f"{live_server.url}{ADD}")
    return page


def test_a_variable_is_put_in_where_the_cursor_stands_and_the_text_is_shown(marketer):
    keys, shown = marketer.keyboard, marketer.locator("[data-shown]")
    marketer.fill("input[name=name_en]", "Hello")
    marketer.fill("input[name=code]", "hello")
    marketer.locator("textarea[name=body_en]").focus()
    keys.type("Dear , welcome")
    for _ in ", welcome":
        keys.press("ArrowLeft")
    marketer.locator("[data-insert='{{ name }}']").focus()
    keys.press("Enter")

    expect(marketer.locator("textarea[name=body_en]")).to_have_value("Dear {{ name }}, welcome")
    expect(marketer.locator("textarea[name=body_en]")).to_be_focused()
    expect(shown).to_contain_text("Dear Grace Lin, welcome")

    keys.type("{{ nmae }}")
    expect(shown).to_contain_text("Line 1: There is no variable “nmae”")
    for _ in "{{ nmae }}":
        keys.press("Backspace")
    expect(shown).to_contain_text("Dear Grace Lin, welcome")

    marketer.get_by_role("button", name="Save", exact=True).press("Enter")
    marketer.wait_for_url("**/messagetemplate/")
    assert MessageTemplate.objects.get(code="hello").body_en == "Dear {{ name }}, welcome"
