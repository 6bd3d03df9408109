"""Keys of personal data: make, show, rotate, rewrap, verify."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from members.sealing import canary
from members.sealing.root import KeysUnusable
from members.selectors import encryption
from members.services import keys


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("init", help="make what is missing; bears a repeat")
        actions.add_parser("status", help="key versions, and whether the root key opens them")
        actions.add_parser("rotate", help="make a new version; then run rewrap")
        rewrap = actions.add_parser("rewrap", help="move member keys to the newest version")
        rewrap.add_argument("--chunk-size", type=int, default=1_000)
        verify = actions.add_parser("verify", help="open the canary and sealed columns")
        verify.add_argument("--sample", type=int, default=1_000, help="rows per column")
        verify.add_argument("--all", action="store_true", help="open every row")

    def handle(self, *, action: str, **options: Any) -> None:
        try:
            getattr(self, action)(**options)
        except KeysUnusable as error:
            raise CommandError(str(error)) from None

    def init(self, **_: Any) -> None:
        self.stdout.write("Keys made." if keys.init() else "Keys are there; nothing to make.")

    def status(self, **_: Any) -> None:
        for one in encryption.key_versions():
            self.stdout.write(f"version {one.version}  {one.state}  {one.member_keys} member keys")
        canary.check()
        self.stdout.write("The root key opens every version and every index key.")

    def rotate(self, **_: Any) -> None:
        version = keys.rotate()
        self.stdout.write(f"New keys are wrapped by version {version}. Now run `keys rewrap`.")

    def rewrap(self, *, chunk_size: int, **_: Any) -> None:
        moved = 0
        for count in keys.rewrap(chunk_size=chunk_size):
            moved += count
            self.stdout.write(f"{moved} member keys rewrapped")
        self.stdout.write("Done.")

    def verify(self, *, sample: int, **options: Any) -> None:
        canary.check()
        failed = 0
        for column in encryption.open_columns(sample_rows=None if options["all"] else sample):
            failed += column.failed
            self.stdout.write(
                f"{column.column}  opened {column.opened}  shredded {column.shredded}  "
                f"failed {column.failed} {column.unreadable or ''}".rstrip()
            )
        if failed:
            raise CommandError(f"{failed} sealed values can't be opened.")
