"""What the tables of campaigns' ways do when members are merged, erased, exported and grow old."""

from django.utils.translation import gettext_lazy as _

from campaigns.services import (
    journey_erasures,
    journey_merges,
    journey_retention,
    journey_sections,
)
from members.registry import changes, panels, privacy


def register() -> None:
    """Called by `apps.ready`."""
    # Before the accounts: who gives a member something holds the way through the campaign first.
    panels.add_merge_step(
        "campaigns.journeys", 5, journey_merges.move, undo=journey_merges.give_back
    )
    privacy.add_erasure_step(privacy.ErasureStep("campaigns.journeys", 290, journey_erasures.erase))
    journey_sections.register()
    for category in journey_retention.categories():
        privacy.add_retention(category)
    # As in `migrations/sql/tracked_journeys.sql`.
    changes.track(
        "campaigns_contactpolicy",
        "campaigns_frequencycap",
        "campaigns_suppression",
        "campaigns_webhookendpoint",
    )
    changes.track_part(
        "campaigns_campaign_stores", of="campaigns_campaign", title=_("Stores of a campaign")
    )
