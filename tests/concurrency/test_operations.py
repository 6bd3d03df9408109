"""Two workers at one operation give each row once."""

from loyalty.models import LedgerEntry, Operation
from loyalty.selectors import ledger_checks
from loyalty.services import operations
from members.models import Job
from members.services import jobs
from tests import world
from tests.concurrency.processes import at_once
from tests.loyalty import till


def test_an_operation_run_by_four_workers_at_once_gives_each_row_once(alice):
    chief = world.operator("chief", role="administrator")
    phones = [f"1370013{number:04d}" for number in range(60)]
    members = [till.register(phone) for phone in phones]
    made = operations.create(
        draft=operations.Draft(
            kind="GRANT",
            reason="campaign",
            rows=[["phone", "points"], *([phone, "10"] for phone in phones)],
        ),
        actor=chief,
        at=till.NOW,
    )
    jobs.run(job_id=made.job_id, clock=lambda: till.NOW)
    operations.start(operation_id=made.pk, reason="", actor=chief, at=till.NOW)
    made.refresh_from_db()
    # A sweep that takes a slow worker for dead makes more of them.
    extra = [
        Job.objects.create(kind=operations.RUN, params=made.job.params, created_at=till.NOW)
        for _ in range(3)
    ]
    ids = [made.job_id, *(job.pk for job in extra)]

    at_once(lambda number: jobs.run(job_id=ids[number], clock=lambda: till.NOW), processes=4)

    assert Operation.objects.get().state == "DONE"
    assert LedgerEntry.objects.filter(kind="EARN").count() == 60
    assert [till.balances(member) for member in members] == [(0, 10, 0)] * 60
    assert ledger_checks.findings() == []
