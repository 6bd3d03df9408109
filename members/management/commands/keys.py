"""Keys of personal data: make, show, rotate, rewrap, forget, reroot, verify."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from members.sealing import canary
from members.sealing.root import KeysUnusable
from members.selectors import encryption
from members.services import house_seals, key_retirement, keys


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("init", help="make what is missing; bears a repeat")
        actions.add_parser("status", help="key versions, and whether the root key opens them")
        actions.add_parser("rotate", help="make a new version; then run rewrap")
        rewrap = actions.add_parser("rewrap", help="move all to the newest version")
        rewrap.add_argument("--chunk-size", type=int, default=1_000)
        forget = actions.add_parser("forget", help="remove a version that nothing hangs on")
        forget.add_argument("version", type=int)
        actions.add_parser("reroot", help="wrap all keys by the new root key; bears a repeat")
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
            values = house_seals.count_of(one.version)
            self.stdout.write(
                f"version {one.version}  {one.state}  {one.member_keys} member keys  "
                f"{values} values of the house"
            )
        canary.check()
        self.stdout.write("The root key opens every version and every index key.")

    def rotate(self, **_: Any) -> None:
        version = keys.rotate()
        self.stdout.write(f"New keys are wrapped by version {version}. Now run `keys rewrap`.")

    def rewrap(self, *, chunk_size: int, **_: Any) -> None:
        moved = 0
        for count in keys.rewrap(chunk_size=chunk_size):
            moved += count
            self.stdout.write(f"{moved} rewrapped")
        self.stdout.write("Done.")

    def forget(self, *, version: int, **_: Any) -> None:
        key_retirement.forget(version=version, at=timezone.now())
        self.stdout.write(f"Version {version} is gone; nothing was sealed with it any more.")

    def reroot(self, **_: Any) -> None:
        versions, indexes = key_retirement.reroot()
        self.stdout.write(
            f"{versions} key versions and {indexes} index keys hang on the new root key now. "
            f"Take REGULARS_OLD_ROOT_KEY away and restart."
        )

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
