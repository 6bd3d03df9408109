"""What this app adds to the registries below it; called by `apps.ready`."""

from django.utils.translation import gettext_lazy as _

from campaigns.admin import offer_dialogs
from campaigns.services import campaigns, offers, quote_merges, settlements
from members.registry import panels
from members.registry.settlements import add_settler


def register() -> None:
    panels.add_executor(
        panels.Executor(
            action=campaigns.ACTION,
            label=_("Start a campaign"),
            run=campaigns.run_approved,
            version=campaigns.version_of_target,
        )
    )
    panels.add_executor(
        panels.Executor(
            action=offers.ACTION,
            label=_("Publish an offer"),
            run=offers.run_approved,
            version=offers.version_of_target,
            tell=offer_dialogs.asked,
        )
    )
    add_settler(settlements)
    # After the accounts: their locks come first.
    panels.add_merge_step("campaigns.quotes", 30, quote_merges.move)
