"""`manage.py grant_app_role`: rights of the app's own role, after every migrate, as the owner."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from members.services import database_roles


class Command(BaseCommand):
    help = (
        "Gives the app's database role (DATABASE_APP_ROLE) its rights: everything but changing "
        "what is append-only. Run it as the owner after every migrate."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--role", default=settings.DATABASE_APP_ROLE)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            granted = database_roles.grant(role=options["role"])
        except database_roles.NoSuchRole as error:
            raise CommandError(str(error)) from None
        if options["verbosity"] > 1:
            self.stdout.write(f"append-only: {', '.join(granted.append_only)}")
        if options["verbosity"] > 0:
            self.stdout.write(
                f"{granted.role}: {granted.tables} tables, "
                f"{len(granted.append_only)} of them append-only."
            )
