"""The console in a real browser: no error, no refused answer, no other host (see `conftest`)."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from members.models import ApprovalRequest, User
from tests import world
from tests.browser import doors
from tests.console import stock

pytestmark = [pytest.mark.django_db(transaction=True)]
PASSWORD = "chief-password"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def shop(live_server, keys_made, empty_cache):
    world.open_shop()


# The real time: the browser has a clock of its own, which no test sets.
@pytest.fixture
def trade(shop):
    return stock.trade(at=timezone.now())


@pytest.fixture
def rows(shop):
    return stock.fill(at=timezone.now())


@pytest.fixture(scope="module")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "en-GB"}


def log_in(page, live_server, name, *, role="", stores=()):
    if role:
        world.operator(name, role=role, store_codes=stores)
        User.objects.filter(username=name).update(is_staff=True)
    else:
        User.objects.create_superuser(name)
    doors.come_in(page, live_server, User.objects.get(username=name))
    page.goto(f"{live_server.url}/console/")
    page.wait_for_selector("#nav-sidebar", state="attached")


def test_the_log_in_page_lets_in_who_knows_the_password(page, live_server):
    User.objects.create_superuser("chief", password=PASSWORD)
    page.goto(f"{live_server.url}/console/login/")
    page.fill("input[name=username]", "chief")
    page.fill("input[name=password]", PASSWORD)
    page.click("#login-form button[type=submit]")
    page.wait_for_selector("#nav-sidebar", state="attached")


def complaints(page):
    """What the browser's console says is wrong: a blocked script of ours would stand here."""
    said = []
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    return said


def test_the_log_in_page_changes_its_language(page, live_server):
    page.goto(f"{live_server.url}/console/login/")
    page.click(".console-languages button[lang='zh-hans']")
    assert page.inner_text("h1") == "登录控制台"

    page.click(".console-languages button[lang='en']")
    assert page.inner_text("h1") == "Log in to the console"


def test_a_wrong_password_is_said_in_words(page, live_server):
    page.goto(f"{live_server.url}/console/login/")
    page.fill("input[name=username]", "nobody")
    page.fill("input[name=password]", "wrong-password")
    page.click("#login-form button[type=submit]")

    assert page.locator("[role=alert]").is_visible()


def test_the_cursor_waits_in_the_user_name(page, live_server):
    page.goto(f"{live_server.url}/console/login/")
    page.wait_for_function("document.activeElement && document.activeElement.name === 'username'")


def test_pages_with_scripts_of_ours_open_under_the_content_security_policy(page, live_server, shop):
    said = complaints(page)
    log_in(page, live_server, "chief")

    for name in (
        "index",
        "members_counter",
        "members_member_changelist",
        "loyalty_earningrule_add",
        "loyalty_coupontype_add",
        "campaigns_offer_add",
    ):
        page.goto(f"{live_server.url}{reverse(f'admin:{name}')}")
        page.wait_for_selector("#main")

    assert said == []


# That no page brings a script of its own along, tests/console/test_query_bounds.py asks of all.
@pytest.mark.volume
def test_every_page_opens_under_the_content_security_policy(page, live_server, rows):
    said = complaints(page)
    log_in(page, live_server, "chief")

    for model in admin.site._registry:
        table = f"{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.order_by("pk").last()
        for path in (
            reverse(f"admin:{table}_changelist"),
            reverse(f"admin:{table}_change", args=[row.pk]),
        ):
            page.goto(f"{live_server.url}{path}")
            page.wait_for_selector("#main")

    assert said == []


def test_home_draws_its_charts(page, live_server, trade):
    log_in(page, live_server, "chief")
    page.wait_for_load_state("networkidle")

    drawn = page.evaluate(
        "[...document.querySelectorAll('canvas.chart')].map(one => Chart.getChart(one).config.type)"
    )
    assert drawn == ["bar", "doughnut"]


def test_f2_opens_the_counter_from_anywhere(page, live_server, shop):
    log_in(page, live_server, "wang", role="clerk", stores=["SH01"])
    page.keyboard.press("F2")

    page.wait_for_url("**/console/counter/")


def test_a_dialog_has_a_role_keeps_the_focus_and_gives_it_back(page, live_server, trade):
    log_in(page, live_server, "mia", role="marketing_manager")
    request = trade["requests"][0]
    page.goto(live_server.url + reverse("admin:members_approvalrequest_change", args=[request.pk]))
    page.wait_for_load_state("networkidle")
    opener = page.locator("a[href$='/reject/']")
    opener.focus()
    opener.click()
    dialog = page.get_by_role("dialog", name="Reject")
    dialog.wait_for()
    page.wait_for_function("document.activeElement.name === 'note'")

    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.getElementById('modal-content').contains(document.activeElement)"
        )
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.innerText").strip().endswith("Reject")


def test_a_request_is_rejected_in_the_dialog_with_a_note(page, live_server, trade):
    log_in(page, live_server, "mia", role="marketing_manager")
    request = trade["requests"][0]
    page.goto(live_server.url + reverse("admin:members_approvalrequest_change", args=[request.pk]))
    page.wait_for_load_state("networkidle")
    page.locator("a[href$='/reject/']").click()
    page.wait_for_selector("#modal-content textarea")
    page.click("#modal-content button[type=submit]")
    page.get_by_text("This field is required").wait_for()

    page.fill("#modal-content textarea", "No receipt was shown")
    page.click("#modal-content button[type=submit]")
    page.get_by_text("Rejected; nothing was changed.").wait_for()

    row = ApprovalRequest.objects.get(pk=request.pk)
    assert (row.status, row.note) == ("REJECTED", "No receipt was shown")


def test_the_palette_finds_an_order_and_opens_it(page, live_server, trade):
    log_in(page, live_server, "chief")
    page.keyboard.press("Control+k")
    page.locator("#search-input-command").press_sequentially("T-3")
    page.keyboard.press("Enter")
    page.locator("#command-results-list li.active a").wait_for()
    page.keyboard.press("Enter")

    page.wait_for_url("**/console/loyalty/order/*/change/")


def test_a_phone_shows_home_and_lists_without_scrolling_sideways(page, live_server, trade):
    page.set_viewport_size(PHONE)
    log_in(page, live_server, "chief")

    for path in ("/console/", "/console/loyalty/order/", "/console/members/member/"):
        page.goto(f"{live_server.url}{path}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
