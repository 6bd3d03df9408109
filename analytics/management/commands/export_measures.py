"""`manage.py export_measures --as-of 2026-06-30 --format json [--members FILE]`."""

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics.selectors import spans
from analytics.selectors.filters import Period
from analytics.selectors.measure_documents import Asked
from analytics.selectors.measures import repurchase
from analytics.services import measure_exports
from members.errors import DomainError

FORMATS = ("json",)
_FIRST_YEAR, _LAST_YEAR = 1970, 2999


class Command(BaseCommand):
    help = (
        "Writes every measure as of a day, inclusive, with cohorts, repurchase, life cycle, RFM "
        "and classes. Keys: docs/measures-export.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", required=True, help="A day, such as 2026-06-30; included.")
        parser.add_argument("--format", default=FORMATS[0], help="json")
        parser.add_argument(
            "--from",
            dest="from_on",
            help="First day of the period's measures; by default the 30 days up to --as-of.",
        )
        parser.add_argument(
            "--repurchase",
            default=",".join(map(str, repurchase.STANDARD)),
            help="Days within which a repurchase counts, such as 30,60,90.",
        )
        parser.add_argument(
            "--members", help="A file for every member's figures and classes, as JSON lines."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["format"] not in FORMATS:
            raise CommandError(
                f"--format {options['format']}: unknown; there is {', '.join(FORMATS)}"
            )
        file = Path(options["members"]) if options["members"] else None
        try:
            found = measure_exports.export(
                asked=_asked(options), members_file=file, at=timezone.now()
            )
        except OSError as error:
            raise CommandError(
                f"--members {file}: {error.strerror}; name a file that can be written"
            ) from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))


def _asked(options: dict[str, Any]) -> Asked:
    as_of = _day("--as-of", options["as_of"])
    from_on = (
        _day("--from", options["from_on"])
        if options["from_on"]
        else spans.last_days(as_of, spans.MONTH_DAYS).from_on
    )
    if from_on > as_of:
        raise CommandError(f"--from {from_on}: lies after --as-of {as_of}")
    return Asked(
        period=Period(from_on=from_on, to_on=as_of), repurchase_days=_days(options["repurchase"])
    )


def _day(option: str, text: str) -> date:
    try:
        day = date.fromisoformat(str(text))
    except ValueError as error:
        raise CommandError(f"{option} {text}: no day; write it as 2026-06-30") from error
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise CommandError(f"{option} {text}: name a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    return day


def _days(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in str(text).split(",")]
    most = repurchase.MOST_DAYS
    if not all(part.isascii() and part.isdigit() and 0 < int(part) <= most for part in parts):
        raise CommandError(f"--repurchase {text}: write days from 1 to {most}, such as 30,60,90")
    days = tuple(sorted({int(part) for part in parts}))
    if len(days) > repurchase.MOST_AT_ONCE:
        raise CommandError(f"--repurchase {text}: at most {repurchase.MOST_AT_ONCE} of them")
    return days
