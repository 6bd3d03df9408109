"""`manage.py replay_erasures`: after a restore, erases again whom the backup brought back."""

import json
import sys
from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from members.errors import DomainError
from members.services import erasure_replays
from members.services.erasure_replays import Logged


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
        count = 0
        left: list[str] = []
        read = self._read(path)
        for logged in read:
            try:
                count += erasure_replays.replay(logged=logged, at=timezone.now())
            except DomainError as refusal:
                # One that can't be done must not keep the others here.
                left.append(f"{logged.erasure}: {refusal}")
        self.stdout.write(f"{len(read)} erasures in the log, {count} members erased again.")
        if left:
            raise CommandError("Not erased again, see to them by hand:\n" + "\n".join(left))

    def _write_log(self) -> None:
        for logged in erasure_replays.log():
            line: dict[str, Any] = {
                "erasure": str(logged.erasure),
                "member": str(logged.member),
                "erased_at": logged.erased_at.isoformat(),
            }
            if logged.cards:
                line["cards"] = [str(card) for card in logged.cards]
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
            cards=tuple(UUID(card) for card in row.get("cards", ())),
            erased_at=datetime.fromisoformat(row["erased_at"]),
        )
    except (ValueError, KeyError, TypeError):
        raise CommandError(
            f"Line {number} is no line of an erasure log. It was written by "
            f"`manage.py replay_erasures --log`; nothing was erased."
        ) from None
