"""`manage.py rebuild_member_days [--from 2026-01-01] [--until 2026-07-01]`."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from analytics.services import member_days


class Command(BaseCommand):
    help = "Computes the daily roll-up anew from the orders, a month at a time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="from_day", type=date.fromisoformat)
        parser.add_argument(
            "--until", dest="until_day", type=date.fromisoformat, help="This day is left out."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        done = member_days.rebuild(from_day=options["from_day"], until_day=options["until_day"])
        for starts in done:
            self.stdout.write(f"{starts:%Y-%m}")
