"""`manage.py translations`: brings the catalogs in step with the sources and compiles them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Extracts every string of ours and of Unfold, keeps what is translated, adds what is new "
        "(empty where no package knows it), and compiles. Needs no gettext; Babel and polib come "
        "with the development dependencies."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--missing", action="store_true", help="Print what has no translation, one a line."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            from config.translations import catalogs, extraction
        except ImportError as error:
            raise CommandError(f"{error.name} is missing: install requirements-dev.lock.") from None
        found = extraction.messages()
        for locale in catalogs.LOCALES:
            catalogs.write(locale, catalogs.merged(locale, found))
        missing = catalogs.untranslated(catalogs.read(catalogs.TRANSLATED))
        if options["missing"]:
            for text in missing:
                self.stdout.write(repr(text))
        self.stdout.write(f"{len(found)} messages, {len(missing)} without a translation")
