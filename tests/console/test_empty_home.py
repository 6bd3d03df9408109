"""What the home page says before there is anything to show."""

import pytest

from tests.console import staff

pytestmark = pytest.mark.django_db
HOME = "/console/"


def test_without_a_programme_home_says_what_to_do_next(keys_made, empty_cache):
    browser = staff.logged_in("first", "administrator")

    assert "There is no programme yet" in staff.text(browser.get(HOME))


def test_without_sales_home_says_what_to_do_next(shop):
    assert "No sales in the last 30 days" in staff.text(
        staff.logged_in("x-administrator", "administrator").get(HOME)
    )
