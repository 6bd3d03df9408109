"""The browser itself works here, and its watch sees faults."""

import pytest


def test_the_log_in_page_opens_without_any_fault(live_server, page):
    page.goto(f"{live_server.url}/console/login/")
    assert page.locator("input[name=username]").is_visible()


def test_a_missing_page_is_noticed(live_server, page, watch):
    page.goto(f"{live_server.url}/no-such-page")
    assert watch.faults == [f"404: {live_server.url}/no-such-page"]
    watch.faults.clear()


@pytest.mark.django_db
def test_the_database_can_be_asked_beside_the_browser(page, live_server, django_user_model):
    assert django_user_model.objects.count() == 0
