"""Gifts of journeys: each once, none to who is held out, and none that can't be given."""

from datetime import timedelta

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
from campaigns.services import deliveries, enrollments, journeys
from campaigns.services.enrollments import Entering
from loyalty.models import PrizeGrant
from loyalty.selectors import accounts
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
NOW = world.NOW
MINUTE = timedelta(minutes=1)
POINTS = {"id": "g1", "kind": "GRANT", "what": "POINTS", "points": 50}


@pytest.fixture
def member(keys_made):
    world.open_shop()
    return enroll()


def wait(minutes=30, step="w1"):
    return {"id": step, "kind": "WAIT", "minutes": minutes}


def journey(*steps, **values):
    return made.running(steps=list(steps), **values)


def enter(campaign, *members, at=NOW, key="k", **context):
    return enrollments.enter(
        campaign=campaign,
        entering=[
            Entering(member_id=one.pk, entry_key=f"{key}{one.pk}", context=context)
            for one in members
        ],
        at=at,
    )


def advance(at=NOW):
    while journeys.advance_due(at=at):
        pass


def row():
    return Enrollment.objects.get()


def where():
    one = row()
    return one.state, one.step, one.due_at


def media():
    return list(Delivery.objects.order_by("pk").values_list("step", "state"))


def recorded():
    rows = StepRecord.objects.order_by("pk")
    return [(one.step, one.outcome, one.detail) for one in rows]


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
