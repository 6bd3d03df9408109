"""The whole wizard in a real browser: from the gallery to the question to a second person."""

import pytest
from playwright.sync_api import expect

from campaigns.models import Campaign
from members.models import ApprovalRequest, Store
from tests import world
from tests.browser import doors
from tests.campaigns import made

GALLERY = "/console/campaigns/campaign/add/"


@pytest.fixture
def marketer(transactional_db, keys_made, empty_cache, live_server, page):
    """A marketer on an English page; two members, of whom one may be written to."""
    world.open_shop()
    world.register(world.ALICE)
    world.register(
        world.members.Registration(
            identities=world.BOB.identities,
            name="Bob",
            channel="pos",
            store="SH01",
            consents=world.yes("INBOX"),
        )
    )
    made.template("spring", name_en="Spring greetings")
    operator = world.operator("li", role="marketer")
    operator.is_staff = True
    operator.save()
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    doors.come_in(page, live_server, operator)
    page.goto(f"{live_server.url}{GALLERY}")
    return page


def go_on(page, title):
    page.get_by_role("button", name="Save and go on").last.click()
    expect(page.locator(".wizard-lead h2")).to_have_text(title)


def test_a_campaign_is_made_step_by_step_forecast_and_put_before_a_second_person(marketer):
    marketer.get_by_role("button", name="An empty campaign").click()
    marketer.get_by_text("Win them back", exact=True).click()
    marketer.fill("input[name=name_en]", "Spring collection")
    marketer.locator("select[name=goal_event]").select_option(label="buys something")
    expect(marketer.locator("input[name=goal_days]")).to_be_visible()
    go_on(marketer, "Audience")

    # Fields fit what was chosen; whom it has is counted while it is chosen.
    marketer.get_by_text("Again and again, at times", exact=True).click()
    expect(marketer.locator("input[name=at]")).to_be_hidden()
    marketer.get_by_label("Monday").check()
    marketer.locator("input[name=clock]").fill("10:00")
    expect(marketer.locator("[data-count]")).to_have_text("2 members now")
    marketer.locator(".condition [data-add=add]").first.click()
    marketer.locator("select:focus").select_option(label="gender")
    marketer.locator(".condition select").nth(2).select_option(label="is not")
    marketer.locator(".condition select").last.select_option(label="Male")
    expect(marketer.locator(".condition [data-words]")).to_contain_text("gender is not Male")
    go_on(marketer, "Content and offer")

    marketer.locator("select[name=template]").select_option(label="Spring greetings")
    marketer.locator("[data-rows-add]").first.click()
    marketer.locator(".wizard-media .rows-list select").last.select_option("EMAIL")
    marketer.locator("select[name=gift]").select_option("POINTS")
    expect(marketer.locator("select[name=coupon]")).to_be_hidden()
    marketer.fill("input[name=points]", "50")
    go_on(marketer, "Guard-rails")

    # What can't hold is told where it stands, and nothing that was typed is lost.
    marketer.fill("input[name=control_share]", "70")
    marketer.get_by_role("button", name="Save and go on").last.click()
    expect(marketer.locator(".wizard-control_share .console-bad")).to_be_visible()
    expect(marketer.locator("input[name=control_share]")).to_have_value("70")
    marketer.fill("input[name=control_share]", "0")
    go_on(marketer, "Review")

    expect(marketer.locator(".campaign-parts")).to_contain_text("Give 50 points")
    expect(marketer.locator(".waterfall-audience .waterfall-count")).to_have_text("2")
    expect(marketer.locator(".waterfall-sent .waterfall-count")).to_have_text("1")
    marketer.locator(".wizard-ask textarea").fill("The texts were read by Chen")
    marketer.get_by_role("button", name="Ask for approval").click()
    marketer.wait_for_url("**/members/approvalrequest/**")

    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.goal) == ("IN_REVIEW", "WIN_BACK")
    assert campaign.entry_rule == {"weekdays": [0], "clock": "10:00"}
    assert [step["kind"] for step in campaign.steps] == ["GRANT", "MESSAGE"]
    assert campaign.steps[1]["media"] == ["INBOX", "EMAIL"]
    assert ApprovalRequest.objects.get().maker.username == "li"


def test_of_a_hundred_stores_those_of_a_city_are_found_and_chosen_at_once(marketer):
    rows = [
        Store(
            code=f"S{n:03}",
            name_zh=f"{n}店",
            name_en=f"No. {n}",
            city="成都 Chengdu" if n < 11 else "上海 Shanghai",
        )
        for n in range(1, 101)
    ]
    Store.objects.bulk_create(rows)
    marketer.get_by_role("button", name="An empty campaign").click()
    go_on(marketer, "Audience")
    stores = marketer.locator(".wizard-stores")

    box = stores.get_by_label("Show only those whose name, code or city has")
    box.fill("chengdu")
    expect(stores.locator("li:visible")).to_have_count(10)
    # Enter in the box doesn't send the form.
    box.press("Enter")
    stores.get_by_role("button", name="Choose all shown").click()
    box.fill("nowhere")
    expect(stores).to_contain_text("None in the list has that")
    expect(stores.get_by_role("status")).to_contain_text("10 of")
    go_on(marketer, "Content and offer")

    assert Campaign.objects.get().stores.count() == 10
