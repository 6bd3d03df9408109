"""`manage.py merge_members SURVIVOR RETIRED`: two cards of one person become one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from members.errors import DomainError
from members.models import Member
from members.services import merges


class Command(BaseCommand):
    help = "Merges the member with the second card into the one with the first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("survivor", help="card number of the member who stays")
        parser.add_argument("retired", help="card number of the member who is merged")
        parser.add_argument(
            "--dry-run", action="store_true", help="only say whether it would be refused"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        survivor_id, retired_id = (self._id(options[who]) for who in ("survivor", "retired"))
        at = timezone.now()
        try:
            if options["dry_run"]:
                merges.preview(survivor_id=survivor_id, retired_id=retired_id, at=at)
                self.stdout.write("Nothing stands against it; nothing was changed.")
                return
            merges.merge(survivor_id=survivor_id, retired_id=retired_id, at=at)
        except DomainError as error:
            raise CommandError(f"{error.code}: {error}") from None
        self.stdout.write(f"{options['retired']} now leads to {options['survivor']}.")

    def _id(self, card: str) -> int:
        found = Member.objects.filter(card_number=card.strip().upper()).values_list("pk", flat=True)
        if not found:
            raise CommandError(f"no member has the card {card}")
        return int(found[0])
