"""What another approval changes for a run that had begun: who has got nothing yet gets what was
approved last, and no more members than were approved last.

Source: docs/algorithms/campaigns.md, "What the approval binds".
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from campaigns.models import Campaign, CampaignVersion, Delivery, Enrollment, Run
from campaigns.rules.journey_steps import Kind
from campaigns.services import campaign_versions, run_freezing

_QUEUED = Delivery.State.QUEUED


def bring_up(*, run: Run, campaign: Campaign, at: datetime) -> None:
    """Behind the campaign's lock, when it goes on. Arms stay as they were drawn."""
    version = campaign.version
    assert version is not None
    if run.version_id != version.pk:
        rows = Enrollment.objects.filter(run=run).exclude(version=version)
        rows.filter(_has_nothing_yet(run.version, version)).update(version=version)
        run.version = version
        run.save(update_fields=["version"])
    if run.state == Run.State.RUNNING:
        run_freezing.leave_out(run=run, most=campaign.audience_limit, at=at)


def _has_nothing_yet(before: CampaignVersion, after: CampaignVersion) -> Q:
    """Who has not begun; and of journeys of one message, which is the same step in both, whose
    message has not been claimed: its text is written when it is."""
    not_begun = Q(state=Enrollment.State.FROZEN)
    step = _only_message(before)
    if step is None or step != _only_message(after):
        return not_begun
    own = Delivery.objects.filter(enrollment=OuterRef("pk"))
    waits = own.filter(state=_QUEUED, attempts=0, sent_again_at=None)
    others = own.exclude(state=_QUEUED)
    return not_begun | Q(Exists(waits), ~Exists(others), state=Enrollment.State.DONE)


def _only_message(version: CampaignVersion) -> str | None:
    steps = campaign_versions.flow_of_version(version).steps.values()
    kinds = [(step.kind, step.id) for step in steps if step.kind != Kind.END]
    if [kind for kind, _ in kinds] != [Kind.MESSAGE]:
        return None
    return kinds[0][1]
