"""`manage.py load_demo`: a year of a club with invented people, ending now."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo import access, journey, load, plans, scored
from config.demo.editions import DEMO
from members.errors import DomainError

HOUSEHOLDS = 240


class Command(BaseCommand):
    """Goes on where an earlier run ended; a finished one is left as it is."""

    help = (
        "Fills the database with invented people and shops and a year of real purchases, times 7 "
        "in yuan, dates moved so that the year ends now. See docs/demo-data.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--households", type=int, default=HOUSEHOLDS)
        parser.add_argument(
            "--processes", type=int, default=2, help="Side by side; 0: in this one. Default 2."
        )
        parser.add_argument("--access-file", type=Path, default=access.FILE)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.REGULARS_ENV not in ("demo", "test"):
            raise CommandError(
                f"REGULARS_ENV is {settings.REGULARS_ENV}: invented people must never get into a "
                "shop's own database. The demo runs with REGULARS_ENV=demo."
            )
        began = time.monotonic()
        try:
            with _mail_goes_nowhere():
                self._load(options)
        except (DomainError, journey.PackageMissing) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError(str(load.LoadStopped())) from None
        self.stdout.write(f"  Done       {time.monotonic() - began:.0f} s")

    def _load(self, options: dict[str, Any]) -> None:
        at = timezone.now()
        plan = plans.settle(
            edition=DEMO,
            households=options["households"],
            is_shifted=True,
            shards=max(1, options["processes"]),
            at=at,
        )
        loaded = load.load(plan, out=self.stdout, processes_count=options["processes"])
        access.write(options["access_file"], at=at)
        if not loaded.was_done:
            self.stdout.write("  Roll-ups, messages, tags")
        load.finish(plan)
        load.follow(out=self.stdout)
        made = scored.run(at=timezone.now())
        self.stdout.write(f"  Scores     {made:,} of members, week by week")


@contextmanager
def _mail_goes_nowhere() -> Iterator[None]:
    """Last month's invented mail is a row to look at, not a text on this terminal."""
    before = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    try:
        yield
    finally:
        settings.EMAIL_BACKEND = before
