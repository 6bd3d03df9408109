"""A campaign that was paused and is approved once more: what was approved last is what goes out."""

from collections import Counter
from datetime import timedelta

import pytest

from campaigns.models import Campaign, Delivery, Enrollment, MessageTemplate, Run
from campaigns.services import campaigns, deliveries, run_jobs, runs
from members.models import Member
from members.services import approvals, merges
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
NOW = world.NOW
HOUR = NOW + timedelta(hours=1)


@pytest.fixture
def crowd(shop):
    return [enroll(email=f"m{number}@example.org") for number in range(30)]


def news(**values):
    return made.running(
        **{
            "entry": "AT",
            "entry_rule": {"at": HOUR.isoformat()},
            "condition": made.EVERYBODY,
            "late_policy": "SEND",
            "steps": [made.message("EMAIL")],
            **values,
        }
    )


def pause(campaign, at=HOUR):
    campaigns.pause(campaign_id=campaign.pk, reason="wait", actor_id=None, at=at)


def ask(campaign, people):
    return campaigns.submit(campaign_id=campaign.pk, reason="again", maker=people[0], at=HOUR)


def approve(campaign, people):
    request = ask(campaign, people)
    approvals.approve(request_id=request.pk, checker=people[1], at=HOUR)
    campaign.refresh_from_db()
    return request


def change(campaign, **values):
    campaigns.change(campaign_id=campaign.pk, values=values, at=HOUR)
    campaign.refresh_from_db()


def frozen():
    runs.begin_due(at=HOUR)
    run, last = Run.objects.get(), Member.objects.latest("pk").pk
    while run_jobs.freeze_part(run_id=run.pk, last=last, at=HOUR) is not None:
        pass
    return run


def test_an_edit_in_review_of_a_campaign_that_had_begun_leaves_it_paused(crowd, people):
    campaign = news()
    made.run_through(at=HOUR)
    pause(campaign)
    ask(campaign, people)

    change(campaign, expires_hours=5)

    assert campaign.state == "PAUSED"
    campaigns.kill(campaign_id=campaign.pk, reason="price", actor_id=None, at=HOUR)
    runs.settle(at=HOUR)
    assert Run.objects.get().state == "KILLED"


def test_a_run_of_a_recurring_campaign_goes_on_at_once_and_not_with_the_next_one(
    crowd, people, provider
):
    # Each Monday at 15:00 in Shanghai.
    campaign = news(entry="RECURRING", entry_rule={"clock": "15:00", "weekdays": [0]})
    made.run_through(at=HOUR)
    deliveries.send_due(at=HOUR, limit=10)
    pause(campaign)
    change(campaign, expires_hours=5)

    approve(campaign, people)
    while deliveries.send_due(at=HOUR):
        pass

    assert (campaign.state, campaign.next_run_at) == ("RUNNING", HOUR + timedelta(days=7))
    assert len(provider.got) == 30
    runs.settle(at=HOUR)
    assert Run.objects.get().state == "FINISHED"


def test_the_largest_audience_is_never_below_the_one_that_was_frozen(crowd, people):
    campaign = news()
    frozen()
    pause(campaign)
    # Most have left the audience since: 3 would be at most 14.
    Member.objects.filter(pk__in=[one.pk for one in crowd[3:]]).update(state="RESTRICTED")
    change(campaign, expires_hours=5)

    request = approve(campaign, people)

    assert request.payload["members_count"] == 30


def test_a_lower_limit_holds_for_the_run_that_had_begun(crowd, people):
    campaign = news()
    run = frozen()
    run_jobs.plan_part(run_id=run.pk, at=HOUR, limit=4)
    pause(campaign)
    change(campaign, audience_limit=10)

    approve(campaign, people)
    made.plan(run.pk, at=HOUR)

    reasons = Counter(Enrollment.objects.values_list("state", "reason"))
    assert reasons == {("DONE", ""): 10, ("EXCLUDED", "audience_limit"): 20}
    assert Delivery.objects.count() == 10


@pytest.mark.parametrize("planned", [0, 30])
def test_who_has_got_nothing_yet_gets_the_text_that_was_approved_last(
    crowd, people, provider, planned
):
    campaign = news()
    run = frozen()
    run_jobs.plan_part(run_id=run.pk, at=HOUR, limit=max(planned, 10))
    deliveries.send_due(at=HOUR, limit=10)
    pause(campaign)
    MessageTemplate.objects.update(body_en="Another price")
    with pytest.raises(campaigns.NeedsApproval):
        campaigns.resume(campaign_id=campaign.pk, reason="go", actor_id=None, at=HOUR)

    approve(campaign, people)
    made.plan(run.pk, at=HOUR)
    while deliveries.send_due(at=HOUR):
        pass

    bodies = Counter(message.body.split("\n")[0] for message in provider.got)
    assert bodies == {"Hello Alice": 10, "Another price": 20}
    assert Campaign.objects.get(pk=campaign.pk).version.number == 2


def test_a_card_that_is_merged_between_two_parts_of_the_freezing_comes_in_once(crowd, monkeypatch):
    first, last = crowd[0], crowd[-1]
    news()
    monkeypatch.setattr(run_jobs, "FREEZE_PART", 10)
    runs.begin_due(at=HOUR)
    run = Run.objects.get()
    Run.objects.update(frozen_up_to_id=first.pk - 1)
    run_jobs.freeze_part(run_id=run.pk, last=last.pk, at=HOUR)
    merges.merge(survivor_id=last.pk, retired_id=first.pk, at=HOUR)
    while run_jobs.freeze_part(run_id=run.pk, last=last.pk, at=HOUR) is not None:
        pass
    made.plan(run.pk, at=HOUR)

    assert Enrollment.objects.filter(member=last).count() == 1
    assert Run.objects.get().members_count == 29
    assert Delivery.objects.filter(member=last, state="QUEUED").count() == 1
