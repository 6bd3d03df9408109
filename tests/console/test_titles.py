"""A list is called what it lists, in the tab of the browser too."""

import pytest

from tests.console import staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "language", "title"),
    [
        ("/console/campaigns/campaign/", "en", "Campaigns"),
        ("/console/campaigns/campaign/", "zh-hans", "营销活动"),
        ("/console/loyalty/order/", "en", "Orders"),
        ("/console/loyalty/order/", "zh-hans", "订单"),
    ],
)
def test_a_list_is_called_what_it_lists(shop, address, language, title):
    mia = staff.logged_in("mia", "marketing_manager", language=language)

    shown = " ".join(staff.text(mia.get(address)).split())

    assert f"<title> {title} |" in shown
