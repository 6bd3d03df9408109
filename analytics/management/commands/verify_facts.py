"""`manage.py verify_facts`: roll-ups = orders and ledger, or what is not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.selectors import fact_checks


class Command(BaseCommand):
    help = "Sums the raw orders and the ledger and compares every roll-up with them."

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = fact_checks.waiting()
        if waiting.is_anything:
            self.stdout.write(
                f"Not yet counted: {waiting.events} events, {waiting.members} members, "
                f"{waiting.days} days. What differs may be theirs; ask again in a minute."
            )
        found = fact_checks.findings()
        for finding in found:
            self.stdout.write(f"WRONG  {finding.check}: {finding.count}")
            for example in finding.examples:
                self.stdout.write(f"       {' | '.join(str(value) for value in example)}")
        if found:
            raise CommandError(
                f"{len(found)} of {len(fact_checks.checks())} checks failed. "
                "`manage.py rebuild_facts` computes all anew."
            )
        self.stdout.write(f"The facts are sound: {len(fact_checks.checks())} checks.")
