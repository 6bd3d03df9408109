"""“Try it” and “What if” in a real browser, on a desk and on a phone."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from loyalty.models import EarningRule, Program
from members.models import Job
from members.services import jobs
from tests import world
from tests.browser import doors
from tests.browser.test_rule_editor import shot
from tests.loyalty import till

RULES = "/console/loyalty/earningrule/"


@pytest.fixture
def manager(transactional_db, keys_made, empty_cache, live_server, page):
    """A marketing manager with a draft that doubles weekends; Alice bought on a Saturday."""
    world.open_shop()
    operator = world.operator("li", role="marketing_manager")
    operator.is_staff = True
    operator.save()
    world.register(world.ALICE)
    when = world.NOW - timedelta(days=2)
    till.sell("T-1", till.line("1", 10_000), when=when, now=world.NOW)
    EarningRule.objects.create(
        program=Program.objects.get(),
        code="weekend",
        name_en="Weekend",
        effect="MULTIPLIER",
        percent=200,
        condition={"field": "time.weekday", "op": "in", "value": [6, 7]},
        valid_from=world.NOW,
    )
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    doors.come_in(page, live_server, operator)
    page.goto(f"{live_server.url}{RULES}")
    return page


def test_a_basket_is_tried_with_a_draft(manager):
    manager.get_by_role("link", name="Try it").first.click()
    manager.wait_for_url("**/earningrule/try**")
    manager.fill("input[name=line-0-sku]", "CREAM")
    manager.fill("input[name=line-0-net_amount]", "100")
    manager.fill("input[name=day]", "2026-03-07")
    manager.get_by_label("Weekend").check()
    manager.get_by_role("button", name="Try it").click()

    expect(manager.locator("#results .console-figure")).to_have_text(["100 points", "200 points"])
    expect(manager.locator("#results")).to_contain_text("points × 2, 100 points.")
    shot(manager, "try-1280")
    manager.set_viewport_size({"width": 390, "height": 844})
    shot(manager, "try-390")
    assert manager.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_replay_is_watched_until_it_is_done(manager):
    manager.get_by_role("link", name="What if").first.click()
    manager.wait_for_url("**/earningrule/what-if**")
    manager.get_by_label("Weekend").check()
    manager.fill("input[name=from_on]", "2026-02-01")
    manager.fill("input[name=last_on]", "2026-03-01")
    manager.get_by_role("button", name="Start").click()
    expect(manager.locator("#replay")).to_contain_text("0 of 1 orders")
    shot(manager, "what-if-busy-1280")

    job = Job.objects.get(kind="loyalty.replay")
    assert jobs.run(job_id=job.pk, clock=lambda: world.NOW) == "DONE"

    expect(manager.locator("#replay .console-figure").nth(2)).to_have_text("+100")
    shot(manager, "what-if-1280")
    manager.set_viewport_size({"width": 390, "height": 844})
    shot(manager, "what-if-390")
    assert manager.evaluate("document.documentElement.scrollWidth") <= 390
