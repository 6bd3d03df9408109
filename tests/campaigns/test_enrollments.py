"""Members come in one by one: each key once, by the version that runs, while there are places."""

import pytest

from campaigns.models import Delivery, Enrollment
from campaigns.services import campaign_approvals, campaigns, deliveries, enrollments
from campaigns.services.enrollments import Entering
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
NOW = world.NOW


@pytest.fixture
def shop(keys_made):
    world.open_shop()


def test_members_keep_the_version_that_they_came_in_by(shop):
    campaign = made.running(
        steps=[{"id": "w1", "kind": "WAIT", "minutes": 60}, made.message("INBOX")]
    )
    member = enroll()
    enter(campaign, member, "first")
    first = Enrollment.objects.get()
    campaigns.pause(campaign_id=campaign.pk, reason="wait", actor_id=None, at=NOW)
    campaigns.change(campaign_id=campaign.pk, values={"steps": [made.message("EMAIL")]}, at=NOW)
    campaign.refresh_from_db()
    campaign_approvals.begin_unasked(campaign=campaign, at=NOW)

    enter(campaign, member, "second")

    first.refresh_from_db()
    second = Enrollment.objects.exclude(pk=first.pk).get()
    assert (first.version.number, second.version.number) == (1, 2)
    assert [row.medium for row in Delivery.objects.all()] == ["EMAIL"]


def enter(campaign, member, key):
    return enrollments.enter(
        campaign=campaign,
        entering=[Entering(member_id=member.pk, entry_key=key, context={})],
        at=NOW,
    )


def test_whoever_comes_when_all_places_are_taken_stays_out(shop):
    campaign = made.running(audience_limit=2)
    for number in range(3):
        enter(campaign, enroll(email=f"m{number}@example.org"), f"k{number}")

    rows = Enrollment.objects.order_by("pk").values_list("state", "reason")
    assert list(rows) == [("DONE", ""), ("DONE", ""), ("EXCLUDED", "audience_limit")]
    deliveries.send_due(at=NOW)
    assert Delivery.objects.filter(state="SENT").count() == 2


def test_the_same_key_comes_in_once(shop):
    campaign = made.running()
    member = enroll()

    assert len(enter(campaign, member, "k")) == 1
    enter(campaign, member, "k")

    assert (Enrollment.objects.count(), Delivery.objects.count()) == (1, 1)
