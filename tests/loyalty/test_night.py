"""The nightly run writes down what became usable or lapsed, with its own date, and reminds."""

from datetime import timedelta

import pytest

from analytics.admin.dashboards.listed import DASHBOARDS
from analytics.services import facts
from loyalty.models import LapseNotice, LedgerEntry, Program
from loyalty.selectors import ledger_checks
from loyalty.services import night, points
from members.models import Event, Job
from members.registry import panels
from members.services import dispatches, jobs, nights
from tests.loyalty import till
from tests.loyalty.till import at, line

pytestmark = pytest.mark.django_db
NIGHT = at("2026-11-22T03:10")


def _grant(member, number, expires_at):
    points.grant(
        member_id=member.pk, points=number, key=f"g-{number}", reason="opening",
        at=at("2026-01-01"), expires_at=expires_at,
    )  # fmt: skip


def _told():
    events = Event.objects.filter(type="loyalty.points.lapsing").order_by("pk")
    return [event.payload for event in events]


def test_a_standstill_of_days_is_made_up_with_the_right_dates(alice):
    Program.objects.update(pending_days=15)
    till.sell("o-1", line("1", 12_000), when=at("2026-05-01T10:00"))
    nights.run(at=at("2027-05-20T03:10"))
    entries = LedgerEntry.objects.filter(member_id=alice.pk).order_by("pk")
    assert [(entry.kind, entry.points, entry.occurred_at) for entry in entries] == [
        ("EARN", 120, at("2026-05-01T10:00")),
        ("ACTIVATE", 120, at("2026-05-16")),
        ("EXPIRE", -120, at("2027-05-17")),
    ]
    assert till.balances(alice) == (0, 0, 0)
    assert ledger_checks.findings() == []


def test_a_second_run_of_the_same_night_changes_nothing(alice):
    till.sell("o-1", line("1", 12_000), when=at("2025-05-01T10:00"))
    first = at("2026-05-03T03:10")
    assert nights.run(at=first)["loyalty.settle_lots"] == 1
    # What that night told is heard, as by a worker: else the next run would hear it first.
    while dispatches.drain(at=till.NOW):
        pass
    facts.refresh(at=first)
    before = LedgerEntry.objects.count()
    # Everybody is scored anew each night, and stays what they were; dashboards are read anew.
    scored = {"analytics.member_scores": 1, "analytics.dashboards": len(DASHBOARDS)}
    for instant in (first, first + timedelta(days=1)):
        assert {step: count for step, count in nights.run(at=instant).items() if count} == scored
    assert LedgerEntry.objects.count() == before


def test_activations_and_expiries_of_one_member_are_written_in_the_order_of_their_dates(alice):
    points.grant(
        member_id=alice.pk, points=30, key="late", reason="opening", at=at("2026-01-01"),
        activates_at=at("2026-05-20"),
    )  # fmt: skip
    _grant(alice, 40, at("2026-05-17"))
    nights.run(at=at("2026-06-01T03:10"))
    entries = LedgerEntry.objects.filter(recorded_at=at("2026-06-01T03:10")).order_by("pk")
    assert [(entry.kind, entry.active_after, entry.occurred_at) for entry in entries] == [
        ("EXPIRE", 0, at("2026-05-17")),
        ("ACTIVATE", 30, at("2026-05-20")),
    ]


def test_a_member_is_told_once_how_many_points_lapse_in_a_month(alice):
    _grant(alice, 40, at("2026-12-11"))
    _grant(alice, 50, at("2027-01-01"))
    _grant(alice, 60, at("2027-01-02"))
    assert nights.run(at=at("2026-11-10T03:10"))["loyalty.remind"] == 1
    # The 1st of January 00:00 is the end of December; the 40 go after the 10th.
    assert _told() == [{"points": 90, "month": "2026-12", "last_on": "2026-12-10"}]
    assert nights.run(at=at("2026-11-10T03:10"))["loyalty.remind"] == 0
    assert nights.run(at=at("2026-11-30T03:10"))["loyalty.remind"] == 0
    assert nights.run(at=at("2026-12-02T03:10"))["loyalty.remind"] == 1
    assert _told()[1:] == [{"points": 60, "month": "2027-01", "last_on": "2027-01-01"}]
    assert LapseNotice.objects.count() == 2


def test_nobody_is_told_before_the_days_of_notice_begin(alice):
    _grant(alice, 40, at("2026-12-11"))
    # Thirty days before their last day, the 10th of December.
    assert list(night.remind(at=at("2026-11-09T23:59"))) == [0] * 31
    assert sum(night.remind(at=at("2026-11-10T00:00"))) == 1


def test_a_notice_of_no_days_tells_nobody(alice):
    Program.objects.update(lapse_notice_days=0)
    _grant(alice, 40, at("2026-12-11"))
    assert list(night.remind(at=at("2026-12-10T03:10"))) == []
    assert _told() == []


def test_the_night_is_a_job_that_says_what_each_step_did(alice):
    _grant(alice, 40, at("2026-11-01"))
    answer = nights.run(at=NIGHT)
    job = Job.objects.get(kind="members.night")
    assert (job.state, job.created_at) == ("DONE", NIGHT)
    assert job.result == answer
    assert job.done_count == sum(answer.values())
    assert answer["loyalty.settle_lots"] == 1
    assert set(answer) == {step.code for step in panels.night_steps()}


def test_a_night_whose_worker_died_goes_on_behind_the_steps_that_were_done(alice):
    _grant(alice, 40, at("2026-11-01"))
    cursor = {"done": ["loyalty.settle_lots"], "counts": {"loyalty.settle_lots": 7}}
    job = Job.objects.create(
        kind=nights.KIND, params={"at": NIGHT.isoformat()}, cursor=cursor, created_at=NIGHT
    )
    assert jobs.run(job_id=job.pk, clock=lambda: NIGHT) == "DONE"
    job.refresh_from_db()
    assert job.result["loyalty.settle_lots"] == 7
    assert job.result["loyalty.remind"] == 0
    assert not LedgerEntry.objects.filter(kind="EXPIRE").exists()


def test_a_step_that_breaks_leaves_what_was_done_and_says_so(alice, monkeypatch):
    _grant(alice, 40, at("2026-11-01"))

    def broken(now):
        raise ZeroDivisionError

    monkeypatch.setitem(panels.NIGHT_STEPS, "x", panels.NightStep("tests.broken", 15, broken))
    with pytest.raises(nights.NightFailed, match="ZeroDivisionError"):
        nights.run(at=NIGHT)
    job = Job.objects.get(kind="members.night")
    assert (job.state, job.result) == ("FAILED", {"loyalty.settle_lots": 1})
    assert till.balances(alice) == (0, 0, 0)


def test_a_night_that_is_canceled_stops_after_the_chunk_at_hand(alice, monkeypatch):
    def long_step(now):
        yield 1
        Job.objects.update(state="CANCELING")
        yield 1
        raise AssertionError("a third chunk")

    monkeypatch.setitem(panels.NIGHT_STEPS, "x", panels.NightStep("tests.long", 1, long_step))
    nights.run(at=NIGHT)
    job = Job.objects.get(kind="members.night")
    assert (job.state, job.done_count) == ("CANCELED", 2)
