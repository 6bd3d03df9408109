"""Operations on many members, made and run as the console and the worker would."""

from loyalty.services import operations
from loyalty.services.operations import Draft
from members.models import Job
from members.services import jobs
from tests.loyalty.till import NOW

LIST = [["phone", "points"], ["13800138000", "120"], ["139 0013 9000", "1,000"]]


def work(operation, when=NOW):
    """Lets the operation's jobs run, as the worker would."""
    operation.refresh_from_db()
    for job in (operation.job, operation.undo_job):
        if job is not None and job.state == Job.State.QUEUED:
            jobs.run(job_id=job.pk, clock=lambda: when)
    operation.refresh_from_db()
    return operation


def draft(rows=None, kind="GRANT", **options):
    return Draft(kind=kind, reason="campaign", rows=rows, **options)


def previewed(actor, rows=None, when=NOW, **options):
    made = operations.create(draft=draft(rows, **options), actor=actor, at=when)
    return work(made, when)


def run(actor, rows=None, when=NOW, **options):
    made = previewed(actor, rows, when, **options)
    operations.start(operation_id=made.pk, reason="", actor=actor, at=when)
    return work(made, when)


def undo(operation, actor, when=NOW, owes=True):
    operations.undo(operation_id=operation.pk, owes=owes, reason="wrong list", actor=actor, at=when)
    return work(operation, when)
