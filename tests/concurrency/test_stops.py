"""Campaigns are stopped, and members merged and erased, while workers are at work for them."""

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction

from campaigns.models import ContactPolicy, Delivery, Enrollment, Run
from campaigns.services import campaigns, deliveries, enrollments, journeys, run_jobs, runs
from campaigns.services.enrollments import Entering
from campaigns.transports import registry
from campaigns.transports.contract import Transport
from members.models import Job, Member
from members.services import jobs
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll
from tests.concurrency import processes

NOW = world.NOW


@pytest.fixture
def shop(transactional_db, keys_made, empty_cache):
    world.open_shop()


def newsletter(**values):
    return made.running(
        entry="AT",
        entry_rule={"at": NOW.isoformat()},
        condition=made.EVERYBODY,
        at=NOW - timedelta(hours=1),
        **values,
    )


def crowd(count):
    return [enroll(email=f"m{number}@example.org") for number in range(count)]


def plan():
    run = Run.objects.get()
    while run_jobs.plan_part(run_id=run.pk, at=NOW, limit=5):
        pass


def begun():
    runs.begin_due(at=NOW)
    run = Run.objects.get()
    last = Member.objects.order_by("-pk").first().pk
    while run_jobs.freeze_part(run_id=run.pk, last=last, at=NOW) is not None:
        pass
    return run


@pytest.mark.parametrize("deed", ["pause", "kill"])
def test_nothing_is_claimed_behind_the_commit_that_stops_a_campaign(shop, deed):
    """Whoever stops it waits for the claims that are being made, and no later one finds it."""
    crowd(60)
    campaign = newsletter()
    begun()
    plan()

    def work(number):
        if number:
            while deliveries.send_due(at=NOW, limit=2):
                pass
            return None
        stop = getattr(campaigns, deed)
        stop(campaign_id=campaign.pk, reason="wrong price", actor_id=None, at=NOW)
        return Delivery.objects.filter(state="SENT").count()

    (at_the_stop, *_others) = processes.at_once(work, processes=5)

    assert Delivery.objects.filter(state="SENT").count() == at_the_stop
    runs.settle(at=NOW)
    if deed == "kill":
        assert (
            Counter(Delivery.objects.values_list("state", flat=True))
            == Counter(SENT=at_the_stop, KILLED=60 - at_the_stop) + Counter()
        )
        assert Run.objects.get().state == "KILLED"


def test_who_comes_in_while_it_is_stopped_is_let_go_with_the_others(shop):
    everyone = crowd(24)
    campaign = made.running()

    def work(number):
        if not number:
            campaigns.kill(campaign_id=campaign.pk, reason="wrong price", actor_id=None, at=NOW)
            runs.settle(at=NOW)
            return
        for one in processes.shared_out(everyone, number - 1, 4):
            entering = [Entering(member_id=one.pk, entry_key=f"k{one.pk}")]
            enrollments.enter(campaign=campaign, entering=entering, at=NOW)

    processes.at_once(work, processes=5)
    runs.settle(at=NOW)

    assert not Enrollment.objects.filter(state__in=Enrollment.LIVE).exists()
    assert not Delivery.objects.filter(state="QUEUED").exists()
    assert not Run.objects.filter(state="RUNNING").exists()


def held(member, steps):
    """As a merge or an erasure does it: the member first, then what hangs on them."""

    def hold():
        with transaction.atomic():
            list(Member.objects.select_for_update(of=("self",)).filter(pk=member.pk))
            locked.set()
            go_on.wait(30)
            steps()
        connection.close()

    locked, go_on = threading.Event(), threading.Event()
    thread = threading.Thread(target=hold)
    thread.start()
    locked.wait(30)
    return thread, go_on


def test_an_erasure_beside_the_planning_of_a_run_waits_in_no_ring_and_nobody_is_forgotten(shop):
    everyone = crowd(10)
    newsletter()
    run = begun()
    job = Job.objects.get()
    other = everyone[3]
    thread, go_on = held(
        other,
        lambda: Enrollment.objects.filter(member_id=other.pk).update(context={"seen": True}),
    )

    # The others have their turn; the run doesn't wait for who is held.
    jobs.run(job_id=job.pk, clock=lambda: NOW)
    go_on.set()
    thread.join()

    assert Counter(Enrollment.objects.values_list("state", flat=True)) == {"DONE": 9, "FROZEN": 1}
    assert Job.objects.get(pk=job.pk).state == "DONE"
    runs.settle(at=NOW)
    run.refresh_from_db()
    assert run.job_id != job.pk
    jobs.run(job_id=run.job_id, clock=lambda: NOW)
    assert set(Enrollment.objects.values_list("state", flat=True)) == {"DONE"}


def test_an_erasure_beside_a_sender_waits_in_no_ring(shop):
    everyone = crowd(4)
    newsletter()
    begun()
    plan()
    other = everyone[2]
    thread, go_on = held(
        other, lambda: Delivery.objects.filter(member=other).update(reason="member_state")
    )

    while deliveries.send_due(at=NOW):
        pass
    assert Counter(Delivery.objects.values_list("state", flat=True)) == {"SENT": 3, "QUEUED": 1}
    go_on.set()
    thread.join()
    while deliveries.send_due(at=NOW):
        pass

    assert Counter(Delivery.objects.values_list("state", flat=True)) == {"SENT": 4}


def test_an_erasure_beside_a_step_waits_in_no_ring(shop):
    everyone = crowd(4)
    campaign = made.running(
        steps=[{"id": "w1", "kind": "WAIT", "minutes": 1}, made.message("INBOX")]
    )
    for one in everyone:
        entering = [Entering(member_id=one.pk, entry_key=f"k{one.pk}")]
        enrollments.enter(campaign=campaign, entering=entering, at=NOW)
    later = NOW + timedelta(minutes=1)
    other = everyone[2]
    thread, go_on = held(
        other, lambda: Enrollment.objects.filter(member_id=other.pk).update(context={})
    )

    journeys.advance_due(at=later)
    go_on.set()
    thread.join()
    assert Counter(Enrollment.objects.values_list("state", flat=True)) == {"DONE": 3, "WAITING": 1}

    journeys.advance_due(at=later)
    assert set(Enrollment.objects.values_list("state", flat=True)) == {"DONE"}


def test_eight_senders_and_a_budget_spend_it_to_the_last_fen_and_wait_for_nobody_in_a_ring(
    shop, monkeypatch
):
    transport = Transport(medium="SMS", identity_kind="PHONE", send=lambda message: "r")
    monkeypatch.setitem(registry.TRANSPORTS, "SMS", transport)
    ContactPolicy.objects.create(pk=1, costs={"SMS": 7})
    for number in range(80):
        enroll(email="", phone=f"138{number:08d}", consents=world.yes("SMS"))
    newsletter(steps=[made.message("SMS")], budget_amount=300)
    begun()
    plan()

    def work(_number):
        began = time.monotonic()
        while deliveries.send_due(at=NOW, limit=9):
            pass
        return time.monotonic() - began

    took = processes.at_once(work, processes=8)

    # 42 at 7 are 294; a ring would have cost each of its members a second.
    assert Counter(Delivery.objects.values_list("state", "reason")) == {
        ("SENT", ""): 42,
        ("SKIPPED", "budget"): 38,
    }
    assert sum(Delivery.objects.filter(state="SENT").values_list("cost_amount", flat=True)) == 294
    assert max(took) < 30
