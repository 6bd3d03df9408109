"""What is old enough goes, what is held or young stays."""

from datetime import timedelta

import pytest

from members.models import (
    Appointment,
    AppointmentKind,
    ApprovalRequest,
    DuplicateCandidate,
    IdempotencyKey,
    Job,
    RetentionRule,
    Store,
    Submission,
)
from members.registry import privacy
from members.services import approvals, jobs, legal_holds, merges, retention
from members.services.legal_holds import AlreadyHeld, NotHeld
from members.services.retention import AlreadyRunning, TooLong, TooShort, UnknownCategory
from tests import world

pytestmark = pytest.mark.django_db
ANSWERS = "members.answers"
DAY = timedelta(days=1)


@pytest.fixture
def dpo(shop):
    return world.operator("wei", role="dpo")


def answer(member, key, age):
    return IdempotencyKey.objects.create(
        client_id=1,
        key=key,
        fingerprint=b"f" * 32,
        status_code=200,
        member=member,
        answer="{}",
        created_at=world.NOW - age,
    )


def due():
    return {row.category.code: row.count for row in retention.dry_run(at=world.NOW)}


def run(dpo):
    job = retention.enqueue(actor_id=dpo.pk, at=world.NOW)
    jobs.run(job_id=job.pk, clock=lambda: world.NOW)
    return Job.objects.get(pk=job.pk)


def test_a_dry_run_counts_and_removes_nothing(alice, dpo):
    answer(alice, "old", 8 * DAY)
    answer(alice, "edge", 7 * DAY)

    assert due()[ANSWERS] == 1
    assert IdempotencyKey.objects.count() == 2


def test_a_run_removes_what_the_dry_run_counted_and_a_second_one_nothing(alice, dpo):
    answer(alice, "old", 8 * DAY)
    answer(alice, "edge", 7 * DAY)
    counted = due()

    first = run(dpo)
    second = run(dpo)

    assert (first.state, first.result[ANSWERS]) == ("DONE", counted[ANSWERS])
    assert second.result[ANSWERS] == 0
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["edge"]
    assert RetentionRule.objects.get(category=ANSWERS).last_run_at == world.NOW


def test_data_under_a_legal_hold_stay_until_it_ends(alice, bob, dpo):
    answer(alice, "held", 8 * DAY)
    answer(bob, "free", 8 * DAY)
    legal_holds.place(member_id=alice.pk, reason="a court asked", actor_id=dpo.pk, at=world.NOW)

    assert due()[ANSWERS] == 1
    run(dpo)
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["held"]

    legal_holds.end(member_id=alice.pk, reason="settled", actor_id=dpo.pk, at=world.NOW)
    run(dpo)
    assert not IdempotencyKey.objects.exists()


def test_a_hold_is_the_person_s_also_on_a_card_that_was_merged(alice, bob, dpo):
    """What moved to the survivor, and what another card of theirs left behind, stays too."""
    charlie = world.register(world.CHARLIE)
    legal_holds.place(member_id=bob.pk, reason="a court asked", actor_id=dpo.pk, at=world.NOW)
    booked = Appointment.objects.create(
        member=bob,
        kind=AppointmentKind.objects.create(code="facial"),
        store=Store.objects.get(code="SH01"),
        starts_at=world.NOW - 900 * DAY,
        ends_at=world.NOW - 899 * DAY,
        state="CANCELED",
        booked_at=world.NOW - 901 * DAY,
        closed_at=world.NOW - 899 * DAY,
    )
    answer(charlie, "of another card", 8 * DAY)
    for retired in (bob, charlie):
        merges.merge(survivor_id=alice.pk, retired_id=retired.pk, at=world.NOW)
    booked.refresh_from_db()
    assert booked.member == alice
    pair = DuplicateCandidate.objects.create(
        first=alice, second=charlie, score=60, state="MERGED", found_at=world.NOW - 900 * DAY,
        decided_at=world.NOW - 900 * DAY, reasons=[],
    )  # fmt: skip

    run(dpo)

    assert Appointment.objects.filter(pk=booked.pk).exists()
    assert DuplicateCandidate.objects.filter(pk=pair.pk).exists()
    assert IdempotencyKey.objects.get().key == "of another card"


def test_a_hold_is_placed_once_and_ended_once(alice, dpo):
    held = {"member_id": alice.pk, "reason": "x", "actor_id": dpo.pk, "at": world.NOW}
    legal_holds.place(**held)

    with pytest.raises(AlreadyHeld):
        legal_holds.place(**held)
    legal_holds.end(**held)
    with pytest.raises(NotHeld):
        legal_holds.end(**held)


def test_rules_stay_above_the_minimum_of_their_category(dpo):
    def set_days(days, category=ANSWERS):
        retention.set_rule(
            category=category, days=days, is_active=True, actor_id=dpo.pk, at=world.NOW
        )

    retention.install()
    with pytest.raises(TooShort) as refused:
        set_days(6)
    assert refused.value.details == {"minimum_days": 7}
    with pytest.raises(TooLong):
        set_days(36_501)
    with pytest.raises(UnknownCategory):
        set_days(30, category="no.such")
    set_days(8)
    assert RetentionRule.objects.get(category=ANSWERS).days == 8


def test_a_rule_that_is_not_in_force_removes_nothing(alice, dpo):
    answer(alice, "old", 8 * DAY)
    retention.set_rule(category=ANSWERS, days=7, is_active=False, actor_id=dpo.pk, at=world.NOW)

    assert ANSWERS not in run(dpo).result
    assert IdempotencyKey.objects.count() == 1


def test_one_run_at_a_time(dpo):
    retention.enqueue(actor_id=dpo.pk, at=world.NOW)

    with pytest.raises(AlreadyRunning):
        retention.enqueue(actor_id=dpo.pk, at=world.NOW)


def test_a_canceled_run_stops_and_keeps_what_it_did(alice, dpo, monkeypatch):
    monkeypatch.setattr(retention, "CHUNK", 1)
    for number in range(3):
        answer(alice, f"k-{number}", 8 * DAY)
    job = retention.enqueue(actor_id=dpo.pk, at=world.NOW)

    def clock():
        # Somebody cancels it while its first chunk is at work.
        if IdempotencyKey.objects.count() == 2:
            jobs.cancel(job_id=job.pk, at=world.NOW)
        return world.NOW

    jobs.run(job_id=job.pk, clock=clock)

    assert Job.objects.get(pk=job.pk).state == "CANCELED"
    assert IdempotencyKey.objects.count() == 2


def test_details_of_decided_requests_go_and_the_record_stays(alice, dpo):
    request = ApprovalRequest.objects.create(
        action="x",
        member=alice,
        summary="x",
        payload={"points": 1},
        reason="x",
        maker=dpo,
        created_at=world.NOW - 400 * DAY,
        expires_at=world.NOW - 393 * DAY,
    )
    approvals.withdraw(request_id=request.pk, maker=dpo, at=world.NOW - 399 * DAY)

    run(dpo)

    kept = ApprovalRequest.objects.get(pk=request.pk)
    assert (kept.payload, kept.summary) == (None, "x")


def test_every_category_counts_and_removes_in_the_database(shop):
    Submission.objects.all().delete()
    for category in privacy.retention_categories():
        assert category.minimum_days <= category.default_days, category.code
        assert category.count(world.NOW) == 0, category.code
        assert category.remove(world.NOW, 10) == 0, category.code
