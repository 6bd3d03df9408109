"""What this app adds to the registries below it; called by `apps.ready`."""

from django.utils.translation import gettext_lazy as _

from campaigns.services import campaigns
from members.registry import panels


def register() -> None:
    panels.add_executor(
        panels.Executor(
            action=campaigns.ACTION,
            label=_("Start a campaign"),
            run=campaigns.run_approved,
            version=campaigns.version_of_target,
        )
    )
