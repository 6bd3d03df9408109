"""Whoever changes what was approved, and by whatever way, takes the approval with it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from campaigns.models import Campaign, CampaignVersion, Delivery, Run
from campaigns.services import campaigns, deliveries, runs
from members.models import Store
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
NOW = world.NOW
HOUR = NOW + timedelta(hours=1)
VALUES = {
    "purpose": "SERVICE",
    "priority": 9,
    "quiet_from": "10:00",
    "quiet_until": "11:00",
    "expires_hours": 500,
    "cap_policy": "DEFER",
    "late_policy": "SEND",
    "late_minutes": 1,
    "rate_per_minute": 7,
    "audience_limit": 1_000_000,
    "budget_amount": 1_000_000,
    "starts_at": NOW,
    "ends_at": NOW + timedelta(days=900),
    "re_entry_days": 1,
    "steps": [],
    "exits": [{"event": "loyalty.order.paid", "same": ""}],
    "goal_event": "loyalty.order.paid",
    "goal_days": 3,
    "is_over_at_goal": False,
    "arms": [{"code": "b", "share": 10_000}],
    "control_share": 1,
    "condition": {"all": []},
    "entry": "AT",
    "entry_rule": {"event": "loyalty.order.paid"},
    "salt": "mine",
}


def news(**values):
    return made.running(
        **{
            "entry": "RECURRING",
            "entry_rule": {"clock": "15:00", "weekdays": [0]},
            "condition": made.EVERYBODY,
            **values,
        }
    )


def state_of(campaign):
    return Campaign.objects.values_list("state", "pause_reason", "approved_hash").get(
        pk=campaign.pk
    )


@pytest.mark.parametrize("column", sorted(VALUES))
def test_a_guard_rail_that_is_changed_by_hand_pauses_the_campaign(shop, alice, column):
    campaign = news()
    made.run_through(at=HOUR)
    assert Delivery.objects.filter(state="QUEUED").count() == 1

    Campaign.objects.filter(pk=campaign.pk).update(**{column: VALUES[column]})

    assert state_of(campaign) == ("PAUSED", "not_as_approved", "")
    assert deliveries.send_due(at=HOUR) == 0
    with pytest.raises(campaigns.NeedsApproval):
        campaigns.resume(campaign_id=campaign.pk, reason="go on", actor_id=None, at=HOUR)


def test_by_hand_it_does_not_go_on_either(shop, alice):
    campaign = news()
    made.run_through(at=HOUR)
    Campaign.objects.filter(pk=campaign.pk).update(expires_hours=500)

    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(state="RUNNING")


def test_a_scheduled_campaign_does_not_begin_once_its_stores_are_others(shop, alice):
    campaign = news()
    assert state_of(campaign)[0] == "SCHEDULED"

    campaign.stores.add(Store.objects.get(code="BJ01"))

    assert state_of(campaign) == ("PAUSED", "not_as_approved", "")
    assert runs.begin_due(at=HOUR) == []


def test_another_version_is_no_approved_one(shop, alice):
    campaign = news()
    other = CampaignVersion.objects.create(
        campaign=campaign, number=2, content={}, content_hash="x", created_at=NOW
    )

    Campaign.objects.filter(pk=campaign.pk).update(version=other)

    assert state_of(campaign) == ("PAUSED", "not_as_approved", "")


def test_a_name_is_nothing_that_was_approved(shop, alice):
    campaign = news()

    Campaign.objects.filter(pk=campaign.pk).update(name_en="Other", description="x")

    assert state_of(campaign)[0] == "SCHEDULED"


def test_a_copy_by_hand_begins_as_a_draft(shop, alice):
    campaign = news()
    campaign.refresh_from_db()
    campaign.pk, campaign.code = None, "twin"

    with pytest.raises(IntegrityError), transaction.atomic():
        campaign.save(force_insert=True)

    assert Campaign.objects.count() == 1


@pytest.mark.parametrize("values", ["frozen_at = NULL", "kind = 'STANDING'"])
def test_a_frozen_run_can_not_be_made_another_one(shop, values):
    enroll()
    news()
    made.run_through(at=HOUR)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE campaigns_run SET {values}")

    assert Run.objects.get().kind == "FROZEN"
