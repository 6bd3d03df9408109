"""`manage.py set_up`: what a new installation needs before its first order."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from analytics.selectors import freshness
from analytics.services import facts, scorecards
from campaigns.services import defaults
from loyalty.services import behavior_plans, programs
from members.services import register_defaults, service_topics, working_days


class Command(BaseCommand):
    """Bears repeats: what is there already stays as it is."""

    help = (
        "Makes the programme (one point per unit of the currency, four tiers, points for "
        "registering, checking in and the like), the message about a new tier, topics of "
        "service cases, and a scorecard. A repeat "
        "changes nothing; operators change all of it in the console."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--currency", default="CNY", help="ISO 4217. Default CNY.")
        parser.add_argument("--time-zone", default=settings.TIME_ZONE)
        parser.add_argument("--name-zh", default="会员积分计划")
        parser.add_argument("--name-en", default="Loyalty programme")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        program = programs.set_up(
            at=at,
            name_zh=options["name_zh"],
            name_en=options["name_en"],
            currency=options["currency"],
            time_zone=options["time_zone"],
        )
        service_topics.set_up()
        working_days.install()
        behaviors = behavior_plans.set_up(program=program, at=at)
        campaign = defaults.install(at=at)
        defaults.install_reminder(at=at)
        scorecards.install()
        registers = register_defaults.install()
        if freshness.facts_at() is None:
            # Pages say as of when figures are, before the first minute of the worker, too.
            facts.refresh(at=at)
        self.stdout.write(
            f"Programme: {program.name} ({program.currency}, {program.time_zone}). "
            f"Behaviors that earn: {behaviors} added. Message: {campaign.name}. "
            f"Privacy: {', '.join(f'{count} {name}' for name, count in registers.items())} added."
        )
