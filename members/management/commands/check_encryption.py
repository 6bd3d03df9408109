"""Reports sealed columns, key versions, and personal data found in clear (0 is right)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from members.sealing import canary
from members.sealing.root import KeysUnusable
from members.selectors import encryption


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--sample",
            type=int,
            default=20,
            help="phones and addresses per column to look for in every table",
        )
        parser.add_argument(
            "--text", action="append", default=[], help="one more text that must not be in clear"
        )

    def handle(self, *, sample: int, text: list[str], **_: Any) -> None:
        try:
            canary.check()
        except KeysUnusable as error:
            raise CommandError(str(error)) from None
        for column in encryption.sealed_columns():
            self.stdout.write(f"sealed  {column.label}")
        for one in encryption.key_versions():
            self.stdout.write(f"key version {one.version}  {one.state}  {one.member_keys} members")
        texts = [*encryption.telling_texts(sample_rows=sample), *text]
        found = encryption.tables_with_clear_text(texts)
        self.stdout.write(f"looked for {len(texts)} texts in every table")
        for table, rows in found.items():
            self.stdout.write(f"CLEAR  {table}  {rows} rows")
        self.stdout.write(f"clear-text canaries found: {sum(found.values())}")
        if found:
            raise CommandError("Personal data lies in clear in the tables above.")
