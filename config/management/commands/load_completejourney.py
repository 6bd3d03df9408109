"""`manage.py load_completejourney`: a year of real transactions, to the cent."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo import (
    audience_verification,
    journey,
    load,
    plans,
    verification,
    voucher_verification,
)
from config.demo.editions import FULL
from members.errors import DomainError


class Command(BaseCommand):
    """Goes on where an earlier run was stopped or killed; a repeat changes nothing."""

    help = (
        "Brings in the Complete Journey (one grocer, 2,469 households, 2017) through the "
        "product's own services, in US dollars and New York time. See docs/demo-data.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--households", type=int, help="Only so many of them.")
        parser.add_argument(
            "--shift-to-today",
            action="store_true",
            help="Whole weeks later, so that the year ends today or up to six days ago.",
        )
        parser.add_argument(
            "--processes", type=int, default=2, help="Side by side; 0: in this one. Default 2."
        )
        parser.add_argument(
            "--again",
            action="store_true",
            help="Send everything once more from the beginning; it must change nothing.",
        )
        parser.add_argument(
            "--verify", action="store_true", help="Only compare the tables with what must be."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["verify"]:
            self._load(options)
        is_whole = options["households"] is None and not options["shift_to_today"]
        checks = verification.checks(source=FULL.source, is_whole=is_whole)
        checks += voucher_verification.checks(source=FULL.source, is_whole=is_whole)
        checks += audience_verification.checks(source=FULL.source, is_whole=is_whole)
        self.stdout.write(verification.table(checks))
        if not all(check.holds for check in checks):
            raise CommandError("The figures are not what they must be.")

    def _load(self, options: dict[str, Any]) -> None:
        try:
            plan = plans.settle(
                edition=FULL,
                households=options["households"],
                is_shifted=options["shift_to_today"],
                shards=max(1, options["processes"]),
                at=timezone.now(),
            )
            loaded = load.load(
                plan,
                out=self.stdout,
                processes_count=options["processes"],
                is_again=options["again"],
            )
            load.tell_subscribers(out=self.stdout)
            load.follow(out=self.stdout)
        except (DomainError, journey.PackageMissing) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError(str(load.LoadStopped())) from None
        if loaded.was_done:
            self.stdout.write("  Everything was loaded by an earlier run.")
        else:
            self.stdout.write(
                f"  {loaded.lines:,} lines, {loaded.lines_per_second:,} a second; "
                f"{loaded.refused:,} orders refused."
            )
