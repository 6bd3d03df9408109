"""What this app adds to the registries below it; called by `apps.ready`."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from analytics.registry import measures
from campaigns.admin import offer_dialogs
from campaigns.selectors import campaign_measures
from campaigns.services import (
    campaign_approvals,
    contact_credits,
    delivery_retention,
    disclosures,
    erasures,
    journey_privacy,
    offers,
    parked_receipts,
    privacy_sections,
    quote_merges,
    run_jobs,
    settlements,
)
from members.registry import changes, merge_page, panels, privacy
from members.registry.settlements import add_settler


def register() -> None:
    measures.add(*campaign_measures.MEASURES, is_behind=True)
    panels.add_executor(
        panels.Executor(
            action=campaign_approvals.ACTION,
            label=_("Start a campaign"),
            run=campaign_approvals.run_approved,
            version=campaign_approvals.version_of_target,
            refused=campaign_approvals.run_refused,
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
    run_jobs.register()
    add_settler(settlements)
    privacy.add_erasure_step(privacy.ErasureStep("campaigns.members", 300, erasures.erase))
    privacy_sections.register()
    journey_privacy.register()
    _add_night_steps()
    privacy.add_sharing_source(
        privacy.SharingSource("campaigns.deliveries", disclosures.recipients_of)
    )
    for category in delivery_retention.categories():
        privacy.add_retention(category)
    # As in `migrations/sql/tracked.sql`.
    changes.track(
        "campaigns_campaign",
        "campaigns_marginfloor",
        "campaigns_messagetemplate",
        "campaigns_offer",
    )
    changes.track_part(
        "campaigns_offer_stores", of="campaigns_offer", title=_("Stores of an offer")
    )
    merge_page.add_obstacle(
        "offers_used", _("An order was quoted, or an offer used, since the merge.")
    )
    _add_merge_step()


def _add_merge_step() -> None:
    """After the accounts: their locks come first."""
    panels.add_merge_step(
        "campaigns.quotes",
        30,
        quote_merges.move,
        undo=quote_merges.give_back,
        obstacle=quote_merges.obstacle,
    )


def _add_night_steps() -> None:
    panels.add_night_step(panels.NightStep("campaigns.disclosures", 80, _record_disclosures))
    panels.add_night_step(panels.NightStep("campaigns.receipts", 85, _forget_reports))


def _forget_reports(at: datetime) -> Iterable[int]:
    yield parked_receipts.forget_old(at=at)
    yield contact_credits.forget_old(at=at)


def _record_disclosures(at: datetime) -> Iterable[int]:
    return disclosures.record_days(at=at)
