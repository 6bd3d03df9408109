"""The night's work beside tills, twice at once, and by a worker that is killed half-way."""

import os
import signal
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from loyalty.errors import InsufficientPoints
from loyalty.models import Account, LedgerEntry, Lot, LotMovement
from loyalty.selectors import ledger_checks
from loyalty.services import night, points
from members.models import Job
from members.services import jobs, nights
from tests.concurrency import processes
from tests.concurrency.processes import at_once, shared_out
from tests.loyalty import till
from tests.loyalty.till import at

MEMBERS = 60
NIGHT = at("2026-11-22T03:10")
_ENTRY = (
    "member_id", "kind", "points", "pending_after", "active_after", "debt_after", "key",
    "occurred_at", "recorded_at",
)  # fmt: skip


@pytest.fixture
def members(shop, monkeypatch):
    """Sixty members, each with a lot that lapsed, one that began, and one that does both."""
    monkeypatch.setattr(night, "CHUNK", 7)
    made = [till.register(f"1380013{number:04d}") for number in range(MEMBERS)]
    for member in made:
        _grant(member, "a", 100, None, at("2026-11-01"))
        _grant(member, "b", 50, at("2026-11-20"), None)
        _grant(member, "c", 30, at("2026-10-01"), at("2026-11-10"))
        _grant(member, "d", 10, None, None)
    return made


def _grant(member, key, number, activates_at, expires_at):
    points.grant(
        member_id=member.pk, points=number, key=f"{key}-{member.pk}", reason="opening",
        at=at("2026-01-01"), activates_at=activates_at, expires_at=expires_at,
    )  # fmt: skip


def _ledger():
    """All of it, without the ids: two workers number their entries as they come."""
    entries = LedgerEntry.objects.order_by("member_id", "pk")
    names = dict(LedgerEntry.objects.values_list("pk", "key"))
    moved = LotMovement.objects.order_by("member_id", "entry_id", "lot_id")
    return (
        list(entries.values_list(*_ENTRY)),
        [(names[one.entry_id], one.lot_id, one.points) for one in moved],
        list(Lot.objects.order_by("pk").values()),
        list(Account.objects.order_by("member_id").values()),
    )


def _alone():
    """The ledger as one undisturbed night would leave it, which is then undone."""
    with transaction.atomic():
        nights.run(at=NIGHT)
        ledger = _ledger()
        transaction.set_rollback(True)
    return ledger


def test_eight_workers_at_the_night_leave_the_ledger_that_one_leaves(members):
    expected = _alone()

    answers = at_once(lambda number: nights.run(at=NIGHT))

    did = [answer["loyalty.settle_lots"] for answer in answers if answer]
    assert sum(did) == MEMBERS
    assert _ledger() == expected
    assert ledger_checks.findings() == []


def test_eight_workers_that_know_of_no_lock_leave_the_ledger_that_one_leaves(members):
    expected = _alone()

    settled = at_once(lambda number: sum(night.settle_lots(at=NIGHT)))

    assert sum(settled) == MEMBERS
    assert _ledger() == expected
    assert ledger_checks.findings() == []


def test_a_worker_killed_half_way_loses_one_chunk_and_another_one_finishes_the_job(members):
    expected = _alone()
    _killed_after_chunks(3)

    # Its lock went with its connection, its job waits for the sweep.
    assert LedgerEntry.objects.filter(recorded_at=NIGHT).exists()
    assert _ledger() != expected
    job = Job.objects.get(kind=nights.KIND)
    assert job.state == "RUNNING"
    later = NIGHT + timedelta(minutes=10)
    assert jobs.resume(at=later) == [job.pk]
    assert jobs.run(job_id=job.pk, clock=lambda: later) == "DONE"
    job.refresh_from_db()
    assert job.result["loyalty.settle_lots"] == MEMBERS
    assert _ledger() == expected
    assert ledger_checks.findings() == []


def _killed_after_chunks(count):
    """A worker that kills itself, as kill -9 does, inside its fourth chunk."""
    connections.close_all()
    child = os.fork()
    if child:
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        return
    done = 0

    def note(execute, sql, parameters, many, context):
        nonlocal done
        answer = execute(sql, parameters, many, context)
        if "loyalty_settle(" in sql:
            done += 1
            if done > count:
                # Written, and not committed.
                os.kill(os.getpid(), signal.SIGKILL)
        return answer

    try:
        with connection.execute_wrapper(note):
            nights.run(at=NIGHT)
    finally:
        os._exit(1)


def test_the_night_passes_a_member_by_whom_a_till_holds_and_comes_back(members):
    """The first pass doesn't wait; the second finds the member free, or settled already."""
    held = members[5].pk
    answers = at_once(lambda number: _night_beside_till(number, held), processes=2)
    assert answers == [MEMBERS, None]
    assert Account.objects.filter(next_change_at__lte=NIGHT).count() == 0
    assert ledger_checks.findings() == []


_barrier = processes._context.Barrier(2)


def _night_beside_till(number, held):
    if number:
        with transaction.atomic():
            Account.objects.select_for_update(no_key=True).get(member_id=held)
            _barrier.wait(processes.SECONDS)
            _barrier.wait(processes.SECONDS)
        return None
    _barrier.wait(processes.SECONDS)
    first = sum(night._pass(NIGHT, waits=False))
    assert first == MEMBERS - 1
    _barrier.wait(processes.SECONDS)
    return first + sum(night._pass(NIGHT, waits=True))


def test_tills_that_spend_during_the_night_leave_exact_sums(members):
    """After the night each has 60: what lapsed can't be spent, what began can."""

    def work(number):
        if number < 2:
            return sum(night.settle_lots(at=NIGHT))
        spent = 0
        for turn, member in enumerate(shared_out(members * 3, number - 2, 6)):
            spent += _spend(member.pk, f"{number}-{turn}")
        return spent

    spent = sum(at_once(work)[2:])

    # Of the three tills that try 25 from 60, two succeed for each member.
    assert spent == MEMBERS * 2
    assert {till.balances(member) for member in members} == {(0, 10, 0)}
    assert LedgerEntry.objects.filter(kind="EXPIRE").count() == MEMBERS * 2
    assert LedgerEntry.objects.filter(kind="ACTIVATE").count() == MEMBERS * 2
    assert ledger_checks.findings() == []


def _spend(member_id, key):
    try:
        points.redeem(member_id=member_id, points=25, key=key, reason="payment", at=NIGHT)
    except InsufficientPoints:
        return 0
    return 1
