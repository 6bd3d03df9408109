"""The sidebar says where one is: at one place, not at two."""

import pytest
from django.urls import reverse

from tests.console import staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("admin:campaigns_campaign_changelist", "Campaigns"),
        ("admin:campaigns_campaign_add", "Campaigns"),
        ("admin:campaigns_campaign_calendar", "Calendar of campaigns"),
        ("admin:campaigns_messagetemplate_changelist", "Message templates"),
        ("admin:index", "Home"),
    ],
)
def test_one_place_is_marked_as_the_one_where_the_operator_is(shop, address, place):
    mia = staff.logged_in("mia", "marketer")

    groups = mia.get(reverse(address)).context["sidebar_navigation"]

    assert [str(one["title"]) for group in groups for one in group["items"] if one["active"]] == [
        place
    ]
