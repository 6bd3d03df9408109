"""Gifts of journeys: each once, none to who is held out, and none that can't be given."""

import pytest

from campaigns.models import (
    CampaignPrize,
    ClerkTask,
    Delivery,
    Enrollment,
    StepCall,
    StepRecord,
    WebhookEndpoint,
)
from campaigns.services import deliveries
from loyalty.models import PrizeGrant
from loyalty.selectors import accounts
from tests.campaigns import made
from tests.campaigns.on_the_way import (
    NOW,
    POINTS,
    advance,
    enter,
    journey,
    media,
    recorded,
    row,
    where,
)
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db


def test_points_are_given_once_however_often_the_step_is_done(member):
    campaign = journey(POINTS, made.message("INBOX"))
    enter(campaign, member)
    assert where() == ("ACTIVE", "g1", NOW)

    advance()
    # As after a kill between the gift and what says so.
    Enrollment.objects.update(state="ACTIVE", step="g1", due_at=NOW, ended_at=None)
    StepRecord.objects.all().delete()
    advance()

    assert accounts.account(member_id=member.pk, at=NOW).available == 50
    assert PrizeGrant.objects.count() == 1
    assert CampaignPrize.objects.get().points == 50
    assert media() == [("m1", "QUEUED")]
    assert recorded()[0][:2] == ("g1", "DONE")


def test_a_gift_that_can_not_be_given_is_recorded_and_the_journey_goes_on(member):
    campaign = journey(POINTS, made.message("INBOX"))
    enter(campaign, member)
    member.state = "ERASED"
    member.save()

    advance()

    assert recorded()[0][:2] == ("g1", "FAILED")
    assert row().state == "DONE"
    assert PrizeGrant.objects.count() == 0


def test_who_is_held_out_goes_the_same_way_as_a_ghost_and_gets_nothing(member):
    WebhookEndpoint.objects.create(code="crm", url="https://crm.example", created_at=NOW)
    members = [member, *(enroll(email=f"m{n}@example.org") for n in range(19))]
    campaign = journey(
        POINTS,
        {"id": "t1", "kind": "TASK", "title_en": "Call", "days": 3},
        {"id": "x1", "kind": "WEBHOOK", "endpoint": "crm"},
        made.message("INBOX"),
        control_share=5_000,
        arms=[{"code": "a", "share": 5_000}],
    )
    enter(campaign, *members)
    advance()
    while deliveries.send_due(at=NOW):
        pass

    control = Enrollment.objects.filter(arm="control").count()
    assert 0 < control < 20
    assert Delivery.objects.filter(state="GHOST").count() == control
    assert Delivery.objects.filter(state="SENT").count() == 20 - control
    assert PrizeGrant.objects.count() == 20 - control
    assert ClerkTask.objects.count() == StepCall.objects.count() == 20 - control
    ghosts = StepRecord.objects.filter(outcome="GHOST", step="g1")
    assert ghosts.count() == control
