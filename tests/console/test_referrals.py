"""A referral programme in the console: a draft says what it would promise, mistakes are told."""

import pytest

from loyalty.models import Badge, Challenge, ReferralPrize, ReferralProgram
from tests import world
from tests.console import staff
from tests.loyalty import referral_shop as shop_of

pytestmark = pytest.mark.django_db
LIST = "/console/loyalty/referralprogram/"
NAMELESS = "Give it a name in one language at least."


@pytest.fixture
def manager(shop):
    return staff.logged_in("li", "marketing_manager")


def test_a_draft_says_what_it_would_promise_and_a_live_one_what_it_promises(manager):
    draft = ReferralProgram.objects.create(
        code="spring", name_en="Spring", created_at=world.NOW, limit_month=9
    )
    said = "Who recommends gets 50 points when the friend"
    ReferralPrize.objects.create(
        program=draft, moment="REGISTRATION", side="REFERRER", what="POINTS", points=50
    )
    page = staff.text(manager.get(f"{LIST}{draft.pk}/change/"))
    assert "What it says, as it was saved" in page
    assert said in page
    assert "At most 9 friends of a member bring prizes in a month." in page
    assert "After 1 friend from one device the next ones are reviewed first." in page
    assert "What it says, as it was saved" not in staff.text(manager.get(f"{LIST}add/"))

    live = shop_of.live(("REGISTRATION", "REFERRER", 50))
    page = staff.text(manager.get(f"{LIST}{live.pk}/change/"))
    assert (said in page, "What it says, as it was saved" in page) == (True, False)


def test_programmes_challenges_and_badges_have_a_name(manager):
    for table, model in (
        ("referralprogram", ReferralProgram), ("challenge", Challenge), ("badge", Badge),
    ):  # fmt: skip
        sent = {"code": "x", "color": "#b45309", "counts": "ORDERS", "target": "3"}
        page = staff.text(manager.post(f"/console/loyalty/{table}/add/", sent))
        assert NAMELESS in page, table
        assert not model.objects.exists()


def test_a_link_is_an_address_with_the_code_also_once_the_programme_is_live(manager):
    live = shop_of.live(("REGISTRATION", "REFERRER", 50), link_url="https://a.example/{code}")
    for link, told in (
        ("javascript:alert({code})", "Begin with https://"),
        ("https://a.example/", "Write {code} where the code goes."),
    ):
        sent = {"name_en": "Friends", "link_url": link}
        assert told in staff.text(manager.post(f"{LIST}{live.pk}/change/", sent))
    live.refresh_from_db()
    assert live.link_url == "https://a.example/{code}"
