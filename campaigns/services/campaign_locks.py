"""Campaigns behind their lock."""

from campaigns.models import Campaign
from members.errors import NotFound


def lock(campaign_id: int) -> Campaign:
    """The campaign, with segment and version, behind its lock.

    Raises: NotFound.
    """
    rows = Campaign.objects.select_for_update(of=("self",)).select_related("segment", "version")
    campaign = rows.filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFound
    return campaign
