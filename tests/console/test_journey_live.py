"""The page of a journey that runs: quick for however many, else as it was last read."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from campaigns.admin import journey_reading
from campaigns.models import CampaignVersion, Enrollment
from tests.campaigns import made
from tests.campaigns.on_the_way import POINTS, advance, enter, journey, wait
from tests.campaigns.shop import NOW, enroll
from tests.console import staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


@pytest.fixture
def campaign(shop):
    campaign = journey(POINTS, made.message("INBOX"), wait(60))
    enter(campaign, *[enroll(email=f"m{number}@example.org") for number in range(3)])
    advance()
    return campaign


@pytest.fixture
def mia(shop):
    return staff.logged_in("mia", "marketer")


def page(campaign):
    return reverse("admin:campaigns_campaign_journey", args=[campaign.pk])


def test_it_says_where_everybody_is(mia, campaign):
    shown = staff.text(mia.get(page(campaign)))

    for told in (
        "3 members came in · 3 on the way",
        "3 done",
        "3 wait to be sent",
        "3 members are",
    ):
        assert told in shown


def test_it_asks_as_many_questions_for_many_as_for_few(
    mia, campaign, django_assert_max_num_queries
):
    with django_assert_max_num_queries(40) as few:
        mia.get(page(campaign))
    cache.clear()
    enter(campaign, *[enroll(email=f"n{number}@example.org") for number in range(20)])
    advance()
    with django_assert_max_num_queries(len(few)):
        shown = staff.text(mia.get(page(campaign)))
    assert "23 members came in" in shown


def test_what_takes_long_is_waited_for_once_and_then_shown_as_last_read(mia, campaign, monkeypatch):
    monkeypatch.setattr(journey_reading, "FIRST_SECONDS", 0.0)
    first = staff.text(mia.get(page(campaign)))
    assert "These figures take a moment" in first
    assert "3 done" not in first

    waited = mia.get(page(campaign), headers={"X-Dashboard-Waits": "1"})
    assert (waited.status_code, "3 done" in staff.text(waited)) == (200, True)
    later = journey_reading.cache.get(journey_reading._key(campaign.version))
    enter(campaign, enroll(email="late@example.org"), key="late")

    kept = journey_reading.at_once(campaign.version, at=NOW + timedelta(minutes=5))
    assert kept == later
    assert journey_reading.is_old(kept, NOW + timedelta(minutes=5))


def test_who_stays_on_an_older_version_is_counted_there(mia, campaign):
    """Whoever came in by one version goes on by it, also where the run goes by another."""
    older = campaign.version
    newer = CampaignVersion.objects.create(
        campaign=campaign,
        number=2,
        content=older.content,
        content_hash="0" * 64,
        created_at=NOW,
    )
    Enrollment.objects.filter(pk=Enrollment.objects.first().pk).update(version=newer)
    campaign.runs.update(version=newer)

    told = [staff.text(mia.get(page(campaign), {"version": number})) for number in (1, 2)]

    assert "2 members came in" in told[0]
    assert "1 member came in" in told[1]
