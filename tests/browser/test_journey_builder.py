"""The builder of journeys in a real browser, by keyboard alone."""

import pytest
from playwright.sync_api import expect

from campaigns.models import Campaign
from campaigns.services import campaigns
from campaigns.services.campaigns import Draft
from members.models import Tag
from tests import world
from tests.browser import doors
from tests.campaigns import made

WAIT = {"id": "s1", "kind": "WAIT", "minutes": 30}


@pytest.fixture
def marketer(transactional_db, keys_made, empty_cache, live_server, page):
    """A marketer on the English page of a draft with one step."""
    world.open_shop()
    made.template(name_en="Hello")
    Tag.objects.create(code="vip", name_en="VIP")
    draft = Draft(code="news", name_en="News", values={"steps": [WAIT]})
    campaign = campaigns.create(draft=draft, actor=None, at=world.NOW)
    operator = world.operator("li", role="marketer")
    operator.is_staff = True
    operator.save()
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    doors.come_in(page, live_server, operator)
    page.goto(f"{live_server.url}/console/campaigns/campaign/{campaign.pk}/journey/")
    return page


def add(page, place, kind):
    """By the menu of the `place`-th plus."""
    page.locator(".journey-add").nth(place).press("Enter")
    page.locator(f".journey-menu [data-kind={kind}]").press("Enter")


def sentences(page):
    return page.locator(".journey-sentence [data-text]")


def test_a_journey_is_built_moved_taken_back_and_saved_by_keyboard(marketer, watch):
    watch.allowed_statuses = {409}
    add(marketer, 1, "BRANCH")
    marketer.locator(".condition [data-add=add]").press("Enter")
    marketer.locator(".condition-field").select_option("member.tags")
    marketer.locator(".condition-boxes input[value=vip]").press("Space")
    marketer.get_by_role("button", name="Done").press("Enter")
    expect(sentences(marketer)).to_have_text(["Wait 30 minutes", "If tags include VIP"])

    add(marketer, 2, "MESSAGE")
    expect(marketer.locator(".journey-way").first.locator("form")).to_be_visible()
    marketer.get_by_role("button", name="Done").press("Enter")
    problem = marketer.locator("[data-kind=MESSAGE] .journey-problems")
    expect(problem).to_have_text("Choose a text.")
    marketer.locator("[data-step=s3] [data-edit]").press("Enter")
    marketer.get_by_label("Text", exact=True).select_option("hello")
    marketer.get_by_role("button", name="Done").press("Enter")
    expect(sentences(marketer).nth(2)).to_have_text("Send “Hello” to the inbox")
    expect(problem).to_have_text("")

    marketer.locator("[data-step=s3] [data-edit]").press("Alt+ArrowUp")
    expect(sentences(marketer).nth(1)).to_have_text("Send “Hello” to the inbox")
    marketer.locator("[data-step=s1] [data-edit]").press("Delete")
    expect(marketer.locator("[data-said]")).to_contain_text("Deleted: Wait 30 minutes")
    marketer.locator("[data-step=s3] [data-edit]").press("Control+z")
    expect(sentences(marketer)).to_have_count(3)

    # Somebody else renames the campaign meanwhile.
    Campaign.objects.update(name_en="Other")
    marketer.locator("[data-save]").press("Enter")
    expect(marketer.locator("[data-conflict]")).to_contain_text("Your steps are still here")
    marketer.get_by_role("button", name="Save mine over theirs").press("Enter")
    expect(marketer.locator(".journey-state")).to_contain_text("Saved · Nothing to mend.")
    campaign = Campaign.objects.get()
    assert (campaign.name_en, [step["id"] for step in campaign.steps]) == (
        "Other",
        ["s1", "s3", "s2"],
    )
    assert campaign.steps[2]["condition"] == {
        "all": [{"field": "member.tags", "op": "contains", "value": ["vip"]}]
    }


def test_an_answer_about_steps_that_have_moved_since_names_no_step_wrongly(marketer):
    """On a slow line a step is added before the server has said what the last one is called."""
    held = []
    line = {"is_slow": True}

    def pass_on(route):
        if line["is_slow"]:
            held.append(route)
        else:
            route.continue_()

    marketer.route("**/journey/check/", pass_on)
    with marketer.expect_request("**/journey/check/"):
        add(marketer, 1, "WAIT_EVENT")
        marketer.get_by_role("button", name="Done").press("Enter")
    add(marketer, 1, "BRANCH")
    line["is_slow"] = False
    with marketer.expect_response("**/journey/check/"):
        held[-1].continue_()
    marketer.get_by_role("button", name="Done").press("Enter")

    asked = "Wait at most 1 day until the member buys something"
    expect(sentences(marketer)).to_have_text(["Wait 30 minutes", "Branch by a condition", asked])
    marketer.unroute("**/journey/check/")
