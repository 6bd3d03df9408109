"""What the forecast adds to its figures: shares of those let through, and what it can't tell."""

import re

import pytest

from campaigns.models import Campaign, ContactPolicy
from loyalty.models import CouponType
from tests.campaigns import effect_shop, made
from tests.campaigns.shop import enroll
from tests.console import staff
from tests.console.wizard_desk import draft, page
from tests.world import yes

pytestmark = pytest.mark.django_db
MESSAGE = {"id": "s2", "kind": "MESSAGE", "template": "hello", "media": ["INBOX"], "mode": "FIRST"}


@pytest.fixture
def mia(shop):
    for number in range(4):
        enroll(email=f"m{number}@example.org", consents=yes("INBOX") if number else ())
    return staff.logged_in("mia", "marketer")


def drafted(**values):
    return draft(entry="NOW", entry_rule={}, condition=made.EVERYBODY, **values)


def forecast(browser, campaign=None, **values):
    campaign = campaign or drafted(**values)
    return " ".join(staff.text(browser.get(page(campaign, "forecast"))).split())


def test_one_way_for_everybody_is_no_comparison(mia):
    assert "By variant" not in forecast(mia, steps=[MESSAGE])


def test_shares_of_variants_are_of_those_let_through(mia):
    for number in range(20):
        # Of so many some are drawn for each.
        enroll(email=f"n{number}@example.org", consents=yes("INBOX"))
    arms = [{"code": "a", "share": 5_000}, {"code": "b", "share": 5_000}]
    shown = forecast(mia, steps=[MESSAGE], arms=arms)

    counts = shown.split("By variant")[1]
    shares = [float(one) for one in re.findall(r"([\d.]+) %", counts)]
    assert len(shares) == 2
    assert sum(shares) == pytest.approx(100, abs=0.2)


def test_what_messages_cost_is_a_dash_until_somebody_tells_it(mia):
    campaign, said = drafted(steps=[MESSAGE]), "What a message costs isn't told yet"

    assert said in forecast(mia, campaign)
    ContactPolicy.objects.create(pk=1, costs={"SMS": 5})

    assert said not in forecast(mia, campaign)


def test_a_gift_that_the_cart_decides_is_named(mia):
    kind = effect_shop.coupon_type()
    kinds = CouponType.objects.filter(pk=kind.pk)
    kinds.update(name_en="Free bread")
    gift = {"id": "s1", "kind": "GRANT", "what": "COUPON", "code": kind.code, "count": 1}
    campaign = drafted(steps=[gift, MESSAGE])
    said = "The largest liability doesn't hold what Free bread may cost"

    assert said not in forecast(mia, campaign)
    kinds.update(kind="PERCENT_OFF", off_basis_points=1_000, amount=0)

    assert said in forecast(mia, campaign)


def test_of_several_messages_each_says_whom_it_reaches_and_what_is_still_open(mia):
    wait = {"id": "w1", "kind": "WAIT", "minutes": 60}
    later = {**MESSAGE, "id": "s3"}
    exits = [{"event": "loyalty.order.recorded", "same": ""}]

    row = ["Send “hello” to the inbox", "4", "3", "In-app inbox 3", "No consent 1"]
    campaign = drafted(steps=[MESSAGE, wait, later])
    assert cells(forecast(mia, campaign)) == [row, row]

    Campaign.objects.filter(pk=campaign.pk).update(exits=exits)
    shown = forecast(mia, campaign)
    assert cells(shown) == [row, [row[0], "at most 4", "at most 3", *row[3:]]]
    assert "is still to happen decides" in shown


def cells(shown):
    """Of the table of messages, row by row."""
    table = shown.split("Not reached</th>")[1].split("</table>")[0]
    rows = re.findall(r"<tr>(<th scope.*?)</tr>", table)
    return [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in rows]


def test_it_says_beforehand_that_who_is_not_written_to_is_given_it_all_the_same(mia):
    gift = {"id": "g1", "kind": "GRANT", "what": "POINTS", "points": 50}
    said = "gets what the journey gives all the same"
    campaign = drafted(steps=[gift, MESSAGE])

    assert said in forecast(mia, campaign)
    Campaign.objects.filter(pk=campaign.pk).update(steps=[MESSAGE])
    assert said not in forecast(mia, campaign)
