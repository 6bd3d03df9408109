"""“What if”: a draft replayed over past orders: started, stopped, gone on with, read."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loyalty.models import EarningRule, LedgerEntry, Program
from members.models import Job
from members.services import jobs
from tests import world
from tests.console import staff
from tests.loyalty import till

pytestmark = pytest.mark.django_db
KIND = "loyalty.replay"


@pytest.fixture
def manager(shop):
    return staff.logged_in("li", "marketing_manager")


@pytest.fixture
def draft(manager, alice):
    """Double points instead of one per yuan; Alice bought for ¥100, then for ¥50."""
    for number, amount in enumerate((10_000, 5_000)):
        when = world.NOW - timedelta(days=2, hours=number)
        till.sell(f"T-{number}", till.line("1", amount), when=when, now=world.NOW)
    return EarningRule.objects.create(
        program=Program.objects.get(),
        code="base",
        version=2,
        name_en="Double",
        points=2,
        valid_from=world.NOW,
    )


def here(job=None):
    path = reverse("admin:loyalty_earningrule_what_if")
    return f"{path}?job={job.pk}" if job else path


def start(browser, *drafts, from_on="2026-02-01", last_on="2026-03-01"):
    sent = {"do": "start", "drafts": [one.pk for one in drafts]}
    return browser.post(here(), sent | {"from_on": from_on, "last_on": last_on})


def run(job):
    return jobs.run(job_id=job.pk, clock=lambda: world.NOW)


def test_a_replay_is_started_run_and_read(manager, draft):
    entries = LedgerEntry.objects.count()

    answer = start(manager, draft)
    job = Job.objects.get(kind=KIND)
    assert answer.headers["Location"] == here(job)
    assert "0 of 2 orders" in staff.text(manager.get(here(job)))
    assert run(job) == "DONE"

    shown = staff.text(manager.get(here(job)))
    assert '<p class="console-figure">150</p>' in shown
    assert '<p class="console-figure">300</p>' in shown
    assert '<p class="console-figure">+150</p>' in shown
    assert "¥1.50 by what points are worth" in shown
    assert "1 Feb 2026 to 1 Mar 2026" in shown
    assert LedgerEntry.objects.count() == entries


def test_its_figures_can_be_downloaded(manager, draft):
    start(manager, draft)
    job = Job.objects.get(kind=KIND)
    run(job)

    answer = manager.get(here(job) + "&as=csv")

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert "given_points,150" in lines
    assert "replayed_points,300" in lines
    assert "cost,1.50" in lines
    assert "rule:base,300" in lines


def test_a_replay_is_canceled_and_gone_on_with(manager, draft):
    start(manager, draft)
    job = Job.objects.get(kind=KIND)

    manager.post(here(job), {"do": "cancel"})
    job.refresh_from_db()
    assert job.state == "CANCELED"
    assert "Go on where it stopped" in staff.text(manager.get(here(job)))

    manager.post(here(job), {"do": "resume"})
    job.refresh_from_db()
    assert job.state == "QUEUED"
    assert run(job) == "DONE"


def test_a_draft_edited_meanwhile_stops_it_in_words(manager, draft):
    start(manager, draft)
    job = Job.objects.get(kind=KIND)
    EarningRule.objects.filter(pk=draft.pk).update(points=3)

    assert run(job) == "FAILED"

    assert "A draft was edited since the replay began" in staff.text(manager.get(here(job)))


def test_days_in_the_wrong_order_and_no_draft_are_refused(manager, draft):
    assert "must not be before the first" in staff.text(start(manager, draft, last_on="2026-01-01"))
    assert "This field is required" in staff.text(start(manager))
    assert not Job.objects.filter(kind=KIND).exists()


def test_an_analyst_reads_and_starts_nothing(manager, draft):
    start(manager, draft)
    job = Job.objects.get(kind=KIND)
    run(job)
    analyst = staff.logged_in("zhou", "analyst")

    assert "+150" in staff.text(analyst.get(here(job)))
    assert start(analyst, draft).status_code == 403
    assert Job.objects.filter(kind=KIND).count() == 1


def test_the_page_asks_no_more_for_more_replays(manager, draft):
    start(manager, draft)
    manager.get(here())
    with CaptureQueriesContext(connection) as few:
        manager.get(here())
    for _ in range(8):
        start(manager, draft)
    with CaptureQueriesContext(connection) as many:
        manager.get(here())

    assert len(many) <= len(few) <= staff.MOST_QUERIES


def test_the_page_to_try_asks_no_more_than_20_times(manager, draft):
    path = reverse("admin:loyalty_earningrule_try_it")
    manager.get(path)
    with CaptureQueriesContext(connection) as asked:
        manager.get(path)

    assert len(asked) <= staff.MOST_QUERIES
