"""The form of offers and the page that tries them, in a real browser: by clicks, on a phone."""

import os

import pytest
from playwright.sync_api import expect

from campaigns.models import Offer
from loyalty.models import Product
from tests import world
from tests.browser import doors
from tests.campaigns import offers

ADD = "/console/campaigns/offer/add/"
TRY = "/console/campaigns/offer/try/"


@pytest.fixture
def marketer(transactional_db, keys_made, empty_cache, live_server, page):
    """A marketer on an English page; the catalogue knows skincare."""
    world.open_shop()
    Product.objects.create(sku="CREAM", name_en="Cream", category="skincare",
                           list_price_amount=19_900)  # fmt: skip
    operator = world.operator("zhao", role="marketer")
    operator.is_staff = True
    operator.save()
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    doors.come_in(page, live_server, operator)
    page.goto(f"{live_server.url}{ADD}")
    return page


def kind(page, name):
    page.locator(".choice-card", has_text=name).first.click()


def name_it(page):
    page.fill("input[name=name_en]", "Spring")
    page.fill("input[name=code]", "spring")


def rows(page, name):
    return page.locator(f".field-{name} .rows-row")


def add(page, name):
    page.locator(f".field-{name} [data-rows-add]").click()
    return rows(page, name).last


def words(page):
    return page.locator(".field-condition [data-words]").last


def save(page):
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/console/campaigns/offer/")


def shot(page, name):
    """For looking at: REGULARS_SHOTS names a folder."""
    folder = os.environ.get("REGULARS_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_steps_are_added_taken_away_and_read_as_a_sentence(marketer):
    name_it(marketer)
    expect(rows(marketer, "steps")).to_have_count(1)
    first = rows(marketer, "steps").first
    first.get_by_label("From an amount of").fill("100")
    first.get_by_label("Takes off").fill("20")
    for amount, off in (("150", "30"), ("200", "50")):
        row = add(marketer, "steps")
        expect(row.get_by_label("From an amount of")).to_be_focused()
        row.get_by_label("From an amount of").fill(amount)
        row.get_by_label("Takes off").fill(off)
    rows(marketer, "steps").nth(1).get_by_label("Remove this step").click()

    expect(words(marketer)).to_contain_text("Spend ¥100, save ¥20; spend ¥200, save ¥50.")
    shot(marketer, "offer-steps-1280")
    save(marketer)
    steps = Offer.objects.get().steps
    assert [(step["min_amount"], step["amount"]) for step in steps] == [
        (10_000, 2_000),
        (20_000, 5_000),
    ]


def test_only_what_matters_for_the_kind_is_shown(marketer):
    shown = ("steps", "parts", "amount", "nth", "multiplier_percent", "stacking", "cap_amount")

    def fields():
        visible = (one for one in shown if marketer.locator(f".field-{one}").first.is_visible())
        return sorted(visible)

    assert fields() == ["cap_amount", "stacking", "steps"]
    # A whole purchase has no fixed price.
    expect(marketer.locator(".choice-card", has_text="Fixed price")).to_be_hidden()
    kind(marketer, "Bundle")
    marketer.locator(".choice-card", has_text="Fixed price").click()
    assert fields() == ["amount", "parts", "stacking"]
    kind(marketer, "Spend and get")
    assert fields() == ["stacking", "steps"]
    expect(rows(marketer, "steps").first.get_by_label("Gift, product number")).to_be_visible()
    expect(rows(marketer, "steps").first.locator(".rows-amount")).to_be_hidden()
    kind(marketer, "Multiplies points")
    assert fields() == ["multiplier_percent"]
    kind(marketer, "n-th item")
    assert fields() == ["amount", "nth", "stacking"]
    kind(marketer, "First order")
    expect(marketer.locator("input[name=form][value=AMOUNT_OFF]")).to_be_checked()


def test_a_bundle_is_built_of_parts_with_conditions(marketer):
    name_it(marketer)
    kind(marketer, "Bundle")
    marketer.locator(".choice-card", has_text="Fixed price").click()
    marketer.fill("input[name=amount]", "199")
    first = rows(marketer, "parts").first
    first.get_by_label("Pieces").fill("2")
    first.locator("[data-add=add]").click()
    first.locator(".condition-field").select_option("line.category")
    first.locator(".condition-several input").fill("skincare")
    marketer.keyboard.press("Enter")
    expect(first.locator("[data-words]")).to_have_text("the item is of category skincare")
    second = add(marketer, "parts")
    second.get_by_label("Pieces").fill("1")

    expect(words(marketer)).to_contain_text(
        "Bundle of 2 pieces (the item is of category skincare), and 1 piece of any goods: for ¥199."
    )
    shot(marketer, "offer-bundle-1280")
    save(marketer)
    assert Offer.objects.get().parts == [
        {"quantity": 2, "condition": {"all": [{"field": "line.category", "op": "in",
                                               "value": ["skincare"]}]}},
        {"quantity": 1, "condition": {}},
    ]  # fmt: skip


def test_a_mistake_is_shown_at_its_row_and_the_form_comes_back(marketer):
    name_it(marketer)
    first = rows(marketer, "steps").first
    first.get_by_label("From an amount of").fill("100")
    marketer.get_by_role("button", name="Save", exact=True).click()

    expect(marketer.locator(".field-steps")).to_contain_text("Step 1: say how much it takes off.")
    expect(rows(marketer, "steps")).to_have_count(1)
    rows(marketer, "steps").first.get_by_label("Takes off").fill("20")
    save(marketer)
    assert Offer.objects.count() == 1


def test_a_draft_is_tried_beside_what_is_live(marketer, live_server):
    draft = offers.offer("spring", state="DRAFT", steps=[{"min_amount": 10_000, "amount": 2_000}])
    marketer.goto(f"{live_server.url}{TRY}?drafts={draft.pk}")
    marketer.fill("input[name=line-0-sku]", "CREAM")
    marketer.get_by_role("button", name="Try it").click()

    figures = marketer.locator("#results .console-figure")
    expect(figures).to_have_text(["¥199.00", "¥179.00"])
    expect(marketer.locator("#results")).to_contain_text("¥20.00 less than without")
    shot(marketer, "offer-trial-1280")


@pytest.mark.parametrize("choice", ["Spend and get", "Bundle"])
def test_on_a_phone_the_form_needs_no_sideways_scrolling(marketer, choice):
    marketer.set_viewport_size({"width": 390, "height": 844})
    kind(marketer, choice)
    add(marketer, "parts" if choice == "Bundle" else "steps")
    if choice == "Bundle":
        part = rows(marketer, "parts").first
        part.locator("[data-add=add]").click()
        part.locator(".condition-field").select_option("line.brand")

    shot(marketer, f"offer-{choice.split()[-1]}-390")
    assert marketer.evaluate("document.documentElement.scrollWidth") <= 390
