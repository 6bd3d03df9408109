"""`manage.py rebuild_facts [--from 2026-01-01] [--until 2026-07-01]`."""

from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics.services import fact_rebuilds
from members.models import Job
from members.services import jobs


class Command(BaseCommand):
    """Goes on where an earlier run of the same days was stopped or killed."""

    help = (
        "Computes all roll-ups anew from the orders and the ledger, in parts that tills don't "
        "wait for. Stopped or killed, the same command goes on where it ended."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="from_day", type=date.fromisoformat)
        parser.add_argument(
            "--until", dest="until_day", type=date.fromisoformat, help="This day is left out."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        days = {"from_day": options["from_day"], "until_day": options["until_day"]}
        job = fact_rebuilds.take_up(**days, at=timezone.now())
        told = 0

        def sign_of_life() -> datetime:
            nonlocal told
            job.refresh_from_db(fields=["done_count", "total_count", "cursor"])
            if job.done_count > told:
                told = job.done_count
                stage = job.cursor.get("stage", "")
                self.stdout.write(f"  {told} of {job.total_count}  {stage}")
            return timezone.now()

        state = jobs.run(job_id=job.pk, clock=sign_of_life)
        if state != Job.State.DONE:
            job.refresh_from_db()
            raise CommandError(f"job {job.pk}: {state or 'taken over'} {job.message}".rstrip())
        self.stdout.write("All facts are computed anew.")
