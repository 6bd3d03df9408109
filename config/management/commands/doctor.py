"""`manage.py doctor`: what works, what doesn't, and how to mend it."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.diagnosis import Finding, Verdict, examine


class Command(BaseCommand):
    help = (
        "Checks database, migrations, rights, keys, clock, worker, beat, broker, time zone and "
        "disk. Ends with 1 when something fails."
    )
    # The doctor reports a missing table; it must not stop on it.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--before-start",
            action="store_true",
            help="leave out what only a running worker and beat can show",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        failed = False
        for finding in examine(before_start=options["before_start"]):
            self._show(finding)
            failed = failed or finding.verdict is Verdict.FAIL
        if failed:
            sys.exit(1)

    def _show(self, finding: Finding) -> None:
        style = {
            Verdict.OK: self.style.SUCCESS,
            Verdict.WARN: self.style.WARNING,
            Verdict.FAIL: self.style.ERROR,
        }[finding.verdict]
        self.stdout.write(f"{style(f'{finding.verdict:<5}')} {finding.name:<11} {finding.seen}")
        if finding.mend:
            self.stdout.write(f"{'':<18}→ {finding.mend}")
