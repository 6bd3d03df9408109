"""A run freezes its audience, lets everybody begin, and ends when everybody has: nobody is lost."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from campaigns.models import Campaign, Delivery, Enrollment, Run
from campaigns.rules import arms
from campaigns.services import (
    campaign_approvals,
    campaigns,
    deliveries,
    forecasts,
    journeys,
    run_jobs,
    runs,
)
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
NOW = world.NOW
ALL = {"all": [{"field": "member.joined_days", "op": "gte", "value": 0}]}
YES = world.yes("INBOX", "EMAIL")


@pytest.fixture
def shop(keys_made):
    world.open_shop()


@pytest.fixture
def members(shop):
    """Ten members: the first six may be written to."""
    return [
        enroll(email=f"m{number}@example.org", consents=YES if number < 6 else ())
        for number in range(10)
    ]


def news(**values):
    values = {
        "entry": "AT",
        "entry_rule": {"at": (NOW + timedelta(hours=1)).isoformat()},
        "condition": ALL,
        "late_policy": "SEND",
        **values,
    }
    return made.running(**values)


def audience():
    return Counter(Enrollment.objects.values_list("state", "reason"))


def messages():
    return Counter(Delivery.objects.values_list("state", "reason"))


HOUR = NOW + timedelta(hours=1)


def test_a_run_begins_at_its_hour_and_not_before(members):
    campaign = news()

    assert runs.begin_due(at=HOUR - timedelta(microseconds=1)) == []
    made.run_through(at=HOUR)

    campaign.refresh_from_db()
    run = Run.objects.get()
    assert (campaign.state, campaign.next_run_at) == ("RUNNING", None)
    assert (run.state, run.due_at, run.members_count) == ("RUNNING", HOUR, 10)
    assert audience() == {("DONE", ""): 6, ("EXCLUDED", "consent"): 4}
    assert messages() == {("QUEUED", ""): 6}


def test_two_workers_that_find_it_due_begin_it_once(members):
    news()

    assert len(runs.begin_due(at=HOUR)) == 1
    assert runs.begin_due(at=HOUR) == []


def test_when_all_is_sent_the_run_and_the_campaign_are_finished(members, mailoutbox):
    campaign = news(steps=[made.message("EMAIL")])
    made.run_through(at=HOUR)
    assert runs.settle(at=HOUR) == 0
    while deliveries.send_due(at=HOUR):
        pass

    runs.settle(at=HOUR)

    campaign.refresh_from_db()
    assert (Run.objects.get().state, campaign.state) == ("FINISHED", "FINISHED")
    assert messages() == {("SENT", ""): 6}
    assert len(mailoutbox) == 6


def test_the_forecast_is_the_result(members):
    campaign = news(control_share=2_000, arms=[{"code": "a", "share": 8_000}])

    told = forecasts.forecast(campaign_id=campaign.pk, at=NOW)
    made.run_through(at=HOUR)
    while deliveries.send_due(at=HOUR):
        pass

    states = Counter(Delivery.objects.values_list("state", flat=True))
    assert told.excluded == {"consent": 4}
    assert (told.members_count, told.is_sample) == (10, False)
    assert (told.sendable_count, told.held_out_count) == (states["SENT"], states["GHOST"])
    assert told.sendable_count + told.held_out_count == 6


def test_arms_are_drawn_by_the_hash_that_anybody_can_draw_again(members):
    campaign = news(
        control_share=1_000, arms=[{"code": "a", "share": 5_000}, {"code": "b", "share": 4_000}]
    )
    made.run_through(at=HOUR)

    for row in Enrollment.objects.all():
        drawn = arms.bucket(campaign.salt, row.member_id)
        arm = "control" if drawn < 1_000 else "a" if drawn < 6_000 else "b"
        assert (row.bucket, row.arm) == (drawn, arm)


def test_a_run_can_not_finish_while_somebody_is_on_the_way(members):
    news()
    made.run_through(at=HOUR)

    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.update(state="FINISHED", finished_at=HOUR)

    assert Run.objects.get().state == "RUNNING"


def test_a_frozen_audience_does_not_change_its_number(members):
    news()
    made.run_through(at=HOUR)

    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.update(members_count=9)


def test_who_joins_later_is_not_in_the_audience(members):
    news()
    made.run_through(at=HOUR)
    enroll(email="late@example.org")

    run = Run.objects.get()
    assert run_jobs.freeze_part(run_id=run.pk, last=2**31, at=HOUR) is None
    assert Enrollment.objects.count() == 10


def test_above_the_limit_members_stay_out_and_are_counted(members):
    news(audience_limit=3)
    made.run_through(at=HOUR)

    states = Counter(Enrollment.objects.values_list("reason", flat=True))
    assert states["audience_limit"] == 7
    assert Run.objects.get().members_count == 10


def test_an_audience_that_grew_beyond_the_approval_pauses_the_campaign(members):
    campaign = news()
    Campaign.objects.update(approved_members_count=9)

    made.run_through(at=HOUR)

    campaign.refresh_from_db()
    assert (campaign.state, campaign.pause_reason) == ("PAUSED", "audience_grew")
    assert messages() == {}
    with pytest.raises(campaigns.NeedsApproval):
        campaigns.resume(campaign_id=campaign.pk, reason="go", actor_id=None, at=HOUR)


def test_a_run_found_five_hours_late_is_left_out_where_the_policy_says_so(members):
    news(late_policy="SKIP", late_minutes=60)

    made.run_through(at=HOUR + timedelta(hours=5))

    run = Run.objects.get()
    assert (run.state, run.finished_at) == ("MISSED", HOUR + timedelta(hours=5))
    assert (audience(), messages()) == ({}, {})


def test_a_run_found_five_hours_late_is_sent_where_the_policy_says_so_and_expires_by_its_hour(
    members,
):
    news(late_policy="SEND", expires_hours=6)

    made.run_through(at=HOUR + timedelta(hours=5))

    assert set(Delivery.objects.values_list("expires_at", flat=True)) == {HOUR + timedelta(hours=6)}
    while deliveries.send_due(at=HOUR + timedelta(hours=6)):
        pass
    assert messages() == {("EXPIRED", "expired"): 6}


def test_of_a_week_that_nobody_was_there_only_one_run_is_made(members):
    news(
        entry="RECURRING",
        entry_rule={"clock": "10:00", "weekdays": [0, 1, 2, 3, 4, 5, 6]},
        late_minutes=6 * 60,
    )
    # Tuesday 3 March 10:00 in Shanghai is the first; it is found on the 10th at noon.
    found_at = NOW + timedelta(days=7, hours=22)

    made.run_through(at=found_at)

    run = Run.objects.get()
    assert run.due_at == NOW + timedelta(days=7, hours=20)
    assert Campaign.objects.get().next_run_at == NOW + timedelta(days=8, hours=20)


def test_a_paused_campaign_keeps_its_queue_and_what_expired_meanwhile_is_counted_so(members):
    campaign = news(expires_hours=24)
    made.run_through(at=HOUR)
    assert deliveries.send_due(at=HOUR, limit=2) == 2
    campaigns.pause(campaign_id=campaign.pk, reason="wait", actor_id=None, at=HOUR)
    assert deliveries.send_due(at=HOUR) == 0
    assert messages() == {("SENT", ""): 2, ("QUEUED", ""): 4}

    next_day = HOUR + timedelta(hours=24)
    campaigns.resume(campaign_id=campaign.pk, reason="go on", actor_id=None, at=next_day)
    while deliveries.send_due(at=next_day):
        pass
    runs.settle(at=next_day)

    assert messages() == {("SENT", ""): 2, ("EXPIRED", "expired"): 4}
    assert Run.objects.get().state == "FINISHED"


def test_stopping_lets_everybody_go_and_sends_nothing_more(members):
    campaign = news()
    made.run_through(at=HOUR)
    deliveries.send_due(at=HOUR, limit=2)

    campaigns.kill(campaign_id=campaign.pk, reason="wrong price", actor_id=None, at=HOUR)
    assert deliveries.send_due(at=HOUR) == 0
    runs.settle(at=HOUR)

    assert messages() == {("SENT", ""): 2, ("KILLED", "killed"): 4}
    assert Run.objects.get().state == "KILLED"
    assert journeys.advance_due(at=HOUR) == 0


def test_no_more_than_the_rate_goes_out_in_a_minute(members, mailoutbox):
    news(steps=[made.message("EMAIL")], rate_per_minute=4)
    made.run_through(at=HOUR)

    for _ in range(3):
        deliveries.send_due(at=HOUR)
    assert len(mailoutbox) == 4

    deliveries.send_due(at=HOUR + timedelta(seconds=60))
    assert len(mailoutbox) == 6


def test_approved_again_after_it_grew_the_same_run_goes_on(members):
    campaign = news()
    Campaign.objects.update(approved_members_count=9)
    made.run_through(at=HOUR)
    campaign.refresh_from_db()
    assert campaign.state == "PAUSED"

    campaign_approvals.begin_unasked(campaign=campaign, at=HOUR)
    Campaign.objects.update(approved_members_count=10)
    run = Run.objects.get()
    made.plan(run.pk, at=HOUR)

    campaign.refresh_from_db()
    assert (campaign.state, campaign.next_run_at) == ("RUNNING", None)
    assert runs.begin_due(at=HOUR) == []
    assert messages() == {("QUEUED", ""): 6}


@pytest.mark.parametrize(("policy", "state"), [("SKIP", "MISSED"), ("SEND", "RUNNING")])
def test_approved_after_its_hour_its_policy_says_what_becomes_of_it(members, policy, state):
    news(at=HOUR + timedelta(hours=5), late_policy=policy)

    made.run_through(at=HOUR + timedelta(hours=5))

    assert Run.objects.get().state == state
