"""The editor of conditions in a real browser: by clicks, by keyboard, on a phone."""

import os

import pytest
from playwright.sync_api import expect

from loyalty.models import EarningRule
from tests import world
from tests.browser import doors

ADD = "/console/loyalty/earningrule/add/"


@pytest.fixture
def manager(transactional_db, keys_made, empty_cache, live_server, page):
    """A marketing manager on an English page; the catalogue knows skincare."""
    world.open_shop()
    operator = world.operator("li", role="marketing_manager")
    operator.is_staff = True
    operator.save()
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    doors.come_in(page, live_server, operator)
    page.goto(f"{live_server.url}{ADD}")
    return page


def words(page):
    return page.locator(".condition [data-words]")


def leaves(page):
    return page.locator(".condition-leaf")


def add(page, field):
    """A condition at the end of the outermost group."""
    page.locator(".condition-tree > fieldset > .condition-foot [data-add=add]").click()
    leaves(page).last.locator(".condition-field").select_option(field)
    return leaves(page).last


def name_the_rule(page):
    page.fill("input[name=name_en]", "Skincare weekend")
    page.fill("input[name=code]", "skincare")
    page.select_option("select[name=effect]", "MULTIPLIER")
    page.fill("input[name=percent]", "200")
    page.fill("input[name=valid_from_0]", "2026-12-01")
    page.fill("input[name=valid_from_1]", "00:00:00")


def shot(page, name):
    """For looking at: REGULARS_SHOTS names a folder."""
    folder = os.environ.get("REGULARS_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_nested_rule_is_built_by_clicks_saved_and_read_as_a_sentence(manager):
    name_the_rule(manager)
    expect(manager.locator("input[name=per_amount]")).to_be_hidden()
    store = add(manager, "store.code")
    store.get_by_label("Jing'an").check()
    leaves(manager).last.get_by_label("Sanlitun").check()
    manager.locator("[data-add=group]").first.click()
    inner = manager.locator(".condition-group .condition-group")
    inner.locator(".condition-field").select_option("time.weekday")
    inner.get_by_label("Saturday").check()
    inner.locator("[data-add=add]").click()
    inner.locator(".condition-field").nth(1).select_option("line.category")
    inner.locator(".condition-several input").fill("skincare")
    manager.keyboard.press("Enter")

    expect(words(manager)).to_contain_text(
        "Points × 2 if in Sanlitun or Jing'an, and "
        "(on Saturday or the item is of category skincare)."
    )
    shot(manager, "rule-editor-1280")
    manager.get_by_role("button", name="Save", exact=True).click()
    manager.wait_for_url("**/console/loyalty/earningrule/")

    expect(manager.locator("#result_list")).to_contain_text("in Sanlitun or Jing'an, and (on Sat")
    shot(manager, "rules-1280")
    assert EarningRule.objects.get(code="skincare").condition == {
        "all": [
            {"field": "store.code", "op": "in", "value": ["BJ01", "SH01"]},
            {
                "any": [
                    {"field": "time.weekday", "op": "in", "value": [6]},
                    {"field": "line.category", "op": "in", "value": ["skincare"]},
                ]
            },
        ]
    }


def test_a_mistake_is_shown_at_its_place_and_goes_when_it_is_mended(manager):
    amount = add(manager, "order.net_amount")
    amount.locator(".condition-value").fill("twenty")

    expect(amount.locator(".condition-problem")).to_have_text("Fill in an amount, such as 199.00.")

    amount.locator(".condition-value").fill("199.5")
    expect(amount.locator(".condition-problem")).to_be_hidden()
    expect(words(manager)).to_have_text("amount of the purchase is at least ¥199.50")
    assert '"value":19950' in manager.locator("textarea[name=condition]").input_value()


def test_groups_are_turned_removed_and_read_back(manager, live_server):
    name_the_rule(manager)
    add(manager, "member.is_first_order")
    birthday = add(manager, "member.is_birthday_month")
    birthday.locator("select").nth(1).select_option("no")
    manager.locator(".condition-head select").select_option("none")

    expect(words(manager)).to_contain_text("not (it is the member's first purchase or outside")

    leaves(manager).last.locator(".condition-remove").click()
    expect(words(manager)).to_contain_text("if it is not the member's first purchase.")
    manager.get_by_role("button", name="Save and continue editing").click()
    manager.wait_for_url("**/change/")
    expect(manager.locator(".condition-head select")).to_have_value("none")
    expect(leaves(manager)).to_have_count(1)
    manager.locator(".condition-remove").click()
    expect(words(manager)).to_contain_text("on every order")
    assert manager.locator("textarea[name=condition]").input_value() == ""


def test_a_condition_is_built_by_keyboard_alone(manager):
    manager.locator("[data-add=add]").focus()
    manager.keyboard.press("Enter")
    expect(manager.locator(".condition-field")).to_be_focused()
    manager.keyboard.type("pieces")
    manager.keyboard.press("Tab")
    manager.keyboard.press("Tab")
    manager.keyboard.type("3")

    expect(words(manager)).to_have_text("pieces of the item is at least 3")


def test_on_a_phone_the_form_needs_no_sideways_scrolling(manager, live_server):
    name_the_rule(manager)
    manager.set_viewport_size({"width": 390, "height": 844})
    add(manager, "order.net_amount").locator(".condition-op").select_option("between")
    add(manager, "time.weekday").get_by_label("Sunday").check()
    manager.locator("[data-add=group]").first.click()
    inner = manager.locator(".condition-group .condition-group")
    inner.locator(".condition-field").select_option("line.brand")

    expect(manager.locator(".condition-problem:visible").first).to_be_visible()
    shot(manager, "rule-editor-390")
    assert manager.evaluate("document.documentElement.scrollWidth") <= 390
