"""What goes wrong for one costs the others nothing, and nothing is left lying."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from campaigns.models import Campaign, Delivery, Enrollment, Run
from campaigns.services import (
    campaigns,
    deliveries,
    journeys,
    redeliveries,
    run_jobs,
    runs,
)
from campaigns.transports import registry
from campaigns.transports.contract import NotSent, Transport
from members.models import Job, Member
from members.rules.conditions import BadCondition
from members.selectors import member_conditions
from members.services import jobs
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
NOW = world.NOW
BROKEN = {
    "id": "b1",
    "kind": "BRANCH",
    "condition": {"all": [{"field": "member.joined_days", "op": "gte", "value": 0}]},
    "yes": [made.message("INBOX")],
}


def letters(count, **values):
    for number in range(count):
        enroll(email=f"m{number}@example.org")
    return made.running(
        **{
            "entry": "AT",
            "entry_rule": {"at": NOW.isoformat()},
            "condition": made.EVERYBODY,
            "late_policy": "SEND",
            "steps": [made.message("EMAIL")],
            **values,
        },
        at=NOW - timedelta(hours=1),
    )


def states():
    return sorted(Delivery.objects.values_list("state", "reason"))


def answers(monkeypatch, send):
    transport = Transport(medium="EMAIL", identity_kind="EMAIL", send=send)
    monkeypatch.setitem(registry.TRANSPORTS, "EMAIL", transport)


class Ring:
    """The database finds that two wait for each other, whenever this reference is written."""

    def __init__(self, reference, *, times):
        self.reference, self.times = reference, times

    def __call__(self, execute, sql, parameters, many, context):
        if self.times and self.reference in (parameters or ()):
            self.times -= 1
            raise OperationalError("deadlock detected")
        return execute(sql, parameters, many, context)


@pytest.mark.parametrize(("times", "state"), [(1, "SENT"), (2, "CLAIMED")])
def test_an_answer_that_can_not_be_written_is_tried_again_and_costs_the_others_nothing(
    shop, provider, times, state
):
    letters(4)
    made.run_through(at=NOW)

    with connection.execute_wrapper(Ring("ref-2", times=times)):
        while deliveries.send_due(at=NOW):
            pass

    found = Delivery.objects.order_by("state").values_list("state", flat=True)
    assert list(found) == sorted([state, "SENT", "SENT", "SENT"])
    assert len(provider.got) == 4
    deliveries.send_due(at=NOW + deliveries.LEASE)
    assert Delivery.objects.filter(state="UNKNOWN").count() == (state == "CLAIMED")


def test_a_reference_with_a_sign_that_no_text_has_is_taken_without_it(shop, monkeypatch):
    letters(1)
    made.run_through(at=NOW)
    answers(monkeypatch, lambda message: "ref\x00-\ud8001")

    deliveries.send_due(at=NOW)

    assert Delivery.objects.values_list("state", "provider_ref").get() == ("SENT", "ref-1")


def test_what_a_provider_gives_back_of_a_stopped_run_is_stopped_too(shop, monkeypatch):
    """Its claim had lapsed, the run was over; then the provider said that it took nothing."""
    campaign = letters(1)
    made.run_through(at=NOW)

    def away(message):
        Delivery.objects.update(claimed_at=NOW - deliveries.LEASE)
        deliveries._give_up_lapsed(NOW)
        campaigns.kill(campaign_id=campaign.pk, reason="price", actor_id=None, at=NOW)
        runs.settle(at=NOW)
        assert Run.objects.get().state == "KILLED"
        raise NotSent

    answers(monkeypatch, away)
    deliveries.send_due(at=NOW)
    assert states() == [("QUEUED", "unreachable")]

    runs.settle(at=NOW)

    assert states() == [("KILLED", "killed")]


def test_what_was_sent_again_of_a_run_that_is_over_is_stopped_with_its_campaign(shop, provider):
    values = {"entry": "RECURRING", "entry_rule": {"clock": "14:00", "weekdays": [0]}}
    campaign = letters(1, **values)
    made.run_through(at=NOW)
    provider.error = TimeoutError()
    deliveries.send_due(at=NOW)
    runs.settle(at=NOW)
    assert (states(), Run.objects.get().state) == ([("UNKNOWN", "no_answer")], "FINISHED")
    actor = world.operator("again")
    asked = redeliveries.Asked(
        delivery_ids=[Delivery.objects.get().pk], reason="lost", is_doubling_accepted=True
    )
    redeliveries.send_again(asked=asked, actor_id=actor.pk, at=NOW)

    campaigns.kill(campaign_id=campaign.pk, reason="price", actor_id=None, at=NOW)
    runs.settle(at=NOW)

    assert states() == [("KILLED", "killed")]
    assert Campaign.objects.get(pk=campaign.pk).state == "KILLED"


def broken(count):
    """A branch whose condition can't be read any more is met in the middle of a run."""
    campaign = letters(count, steps=[BROKEN])
    runs.begin_due(at=NOW)
    run, last = Run.objects.get(), Member.objects.latest("pk").pk
    while run_jobs.freeze_part(run_id=run.pk, last=last, at=NOW) is not None:
        pass
    return campaign, run


def test_a_step_that_fails_in_planning_is_watched_and_the_run_ends(shop, monkeypatch):
    def unreadable(*_args, **_more):
        raise BadCondition("all[0]", "unknown_field", "gone")

    _campaign, run = broken(3)
    monkeypatch.setattr(member_conditions, "read", unreadable)

    made.plan(run.pk, at=NOW)
    for hours in range(6):
        while journeys.advance_due(at=NOW + timedelta(hours=hours)):
            pass
    runs.settle(at=NOW + timedelta(hours=6))

    reasons = set(Enrollment.objects.values_list("state", "reason"))
    assert reasons == {("EXITED", "step_failed")}
    assert Run.objects.get().state == "FINISHED"


def test_a_run_whose_job_failed_is_taken_up_and_after_five_times_the_campaign_says_so(shop):
    campaign = letters(2)
    runs.begin_due(at=NOW)
    Job.objects.update(state="FAILED")

    for number in range(5):
        assert runs.settle(at=NOW) == 1
        assert Job.objects.count() == min(5, number + 2)
        Job.objects.update(state="FAILED")

    campaign.refresh_from_db()
    assert (campaign.state, campaign.pause_reason) == ("PAUSED", "run_failed")
    campaigns.resume(campaign_id=campaign.pk, reason="mended", actor_id=None, at=NOW)
    job = Job.objects.order_by("-pk").first()
    jobs.run(job_id=job.pk, clock=lambda: NOW)
    assert set(Enrollment.objects.values_list("state", flat=True)) == {"DONE"}
