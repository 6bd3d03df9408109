"""A dashboard in a real browser: drawn, narrowed by keyboard, nothing asked of another host."""

from datetime import timedelta

import pytest
from django.utils import timezone

from analytics.services import fact_rebuilds
from members.models import User
from tests import world
from tests.analytics.shop import bought, enroll
from tests.browser import doors

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "en-GB"}


@pytest.fixture
def sold(live_server, keys_made, empty_cache):
    # The real time: the browser has a clock of its own, which no test sets.
    at = timezone.now()
    world.open_shop()
    alice = enroll(joined_at=at)
    bought(alice, 20_000, day=at.date())
    bought(alice, 20_000, day=at.date() - timedelta(days=40))
    list(fact_rebuilds.rebuild())


def test_charts_are_drawn_and_filters_are_chosen_by_keyboard(page, live_server, sold):
    User.objects.create_superuser("chief")
    doors.come_in(page, live_server, User.objects.get(username="chief"))
    page.goto(f"{live_server.url}/console/dashboards/retention/")
    page.wait_for_selector("#dashboard[data-drawn='3']")

    # ECharts as SVG with its description, Chart.js on a canvas, and the table behind them.
    assert page.locator("[data-drawing=cohorts] svg").count() == 1
    assert page.locator(
        "[data-drawing=repurchase] canvas, [data-drawing=life-cycle] canvas"
    ).count()
    page.locator("#chart-cohorts .dash-table summary").press("Enter")
    assert "100.0% (1)" in page.inner_text("#chart-cohorts table")

    stores = page.locator(".dash-pick", has=page.locator("input[name=store]"))
    stores.locator("summary").press("Enter")
    stores.locator("input[value=SH01]").press("Space")
    stores.locator("input[value=SH01]").press("Escape")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert not stores.locator("input[value=SH01]").is_visible()
    page.locator(".dash-acts button[type=submit]").press("Enter")
    page.wait_for_url("**store=SH01**")
    assert "Stores: " in page.inner_text(".dash-chip")
