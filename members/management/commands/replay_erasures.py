"""`manage.py replay_erasures`: after a restore, erases again whom the backup brought back."""

import json
import sys
from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from members.models import Erasure
from members.services import erasures
from members.services.erasures import Logged


class Command(BaseCommand):
    help = (
        "With --log, writes the erasure log (JSON lines: ids and instants, no personal data) to "
        "standard output; keep it apart from the backups, and newer than them. Without it, reads "
        "such a log from --from (or standard input) and erases again whoever of it is there. "
        "Run it after every restore, before anybody works."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--log", action="store_true", help="write the log instead")
        parser.add_argument("--from", dest="path", default="-", help="file of the log")

    def handle(self, *args: Any, log: bool, path: str, **options: Any) -> None:
        if log:
            self._write_log()
            return
        count = known = 0
        for logged in self._read(path):
            known += 1
            count += erasures.replay(logged=logged, at=timezone.now())
        self.stdout.write(f"{known} erasures in the log, {count} members erased again.")

    def _write_log(self) -> None:
        for row in Erasure.objects.order_by("pk").iterator(chunk_size=1_000):
            line = {
                "erasure": str(row.uid),
                "member": str(row.member_uid),
                "erased_at": row.erased_at.isoformat(),
            }
            self.stdout.write(json.dumps(line))

    def _read(self, path: str) -> list[Logged]:
        """All of it before anything is erased: a broken log changes nothing."""
        text = sys.stdin.read() if path == "-" else _file(path)
        found = []
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                found.append(_logged(line, number))
        return found


def _file(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}.") from None


def _logged(line: str, number: int) -> Logged:
    try:
        row = json.loads(line)
        return Logged(
            erasure=UUID(row["erasure"]),
            member=UUID(row["member"]),
            erased_at=datetime.fromisoformat(row["erased_at"]),
        )
    except (ValueError, KeyError, TypeError):
        raise CommandError(
            f"Line {number} is no line of an erasure log. It was written by "
            f"`manage.py replay_erasures --log`; nothing was erased."
        ) from None
