"""`manage.py verify_offers`: budgets and limits of offers = their uses, or what is not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.selectors import offer_checks


class Command(BaseCommand):
    help = "Compares what is left of offers' budgets, counts and limits with their uses."

    def handle(self, *args: Any, **options: Any) -> None:
        found = offer_checks.findings()
        for finding in found:
            self.stdout.write(f"WRONG  {finding.check}: {finding.count}")
            for example in finding.examples:
                self.stdout.write(f"       {' | '.join(str(value) for value in example)}")
        if found:
            raise CommandError(f"{len(found)} of {len(offer_checks.checks())} checks failed")
        self.stdout.write(f"The offers are sound: {len(offer_checks.checks())} checks.")
