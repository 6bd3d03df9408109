"""`manage.py provider_addresses`: where each provider of messages is to post its reports."""

from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from campaigns.services import provider_reports


class Command(BaseCommand):
    help = "Print where each provider of messages posts its reports; some of it is secret."

    def handle(self, *args: Any, **options: Any) -> None:
        addresses = provider_reports.addresses()
        if not addresses:
            raise CommandError("Set PUBLIC_URL first: where the world reaches this product.")
        for code, address in addresses.items():
            self.stdout.write(f"{code}: {address}")
