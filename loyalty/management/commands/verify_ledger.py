"""`manage.py verify_ledger`: entries = lots = balances, or what is not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from loyalty.selectors import ledger_checks


class Command(BaseCommand):
    help = "Rebuilds lots and balances from the ledger's entries and compares them."

    def handle(self, *args: Any, **options: Any) -> None:
        found = ledger_checks.findings()
        for finding in found:
            self.stdout.write(f"WRONG  {finding.check}: {finding.count}")
            for example in finding.examples:
                self.stdout.write(f"       {' | '.join(str(value) for value in example)}")
        if found:
            raise CommandError(f"{len(found)} of {len(ledger_checks.checks())} checks failed")
        self.stdout.write(f"The ledger is sound: {len(ledger_checks.checks())} checks.")
