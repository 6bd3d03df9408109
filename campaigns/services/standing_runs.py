"""The run that members come into one by one: one for each version of a campaign."""

from datetime import datetime

from campaigns.models import Campaign, Run


def current(*, campaign: Campaign, at: datetime) -> Run:
    """The standing run of the campaign's version, made with the first member that needs it."""
    assert campaign.version_id is not None
    run, _ = Run.objects.get_or_create(
        campaign=campaign,
        key=f"version:{campaign.version_id}",
        defaults={
            "version_id": campaign.version_id,
            "kind": Run.Kind.STANDING,
            "state": Run.State.RUNNING,
            "due_at": at,
            "started_at": at,
            "frozen_at": None,
        },
    )
    return run
