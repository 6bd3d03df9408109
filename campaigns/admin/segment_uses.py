"""Campaigns that read a segment, so that it isn't put away under their feet."""

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from analytics.models import Segment
from analytics.registry import segment_users
from analytics.registry.segment_users import SegmentUser
from analytics.rules import segment_graphs
from analytics.selectors.segment_graphs import segment
from campaigns.models import Campaign
from campaigns.selectors import definitions

# Drafts too: who works on one would find it without an audience. What is over reads nothing.
_OVER = (Campaign.State.FINISHED, Campaign.State.KILLED)


def register() -> None:
    """Called by `apps.ready`."""
    segment_users.add("campaigns.campaigns", users_of)


def users_of(asked: Segment) -> Sequence[SegmentUser]:
    """By their audience, its condition, or a branch of their journey. One query."""
    rows = Campaign.objects.exclude(state__in=_OVER).select_related("version")
    living = rows.filter(
        Q(segment=asked) | ~Q(condition={}) | Q(steps__icontains=f'"{asked.code}"')
    )
    return [
        SegmentUser(
            _("campaign"),
            campaign.name or campaign.code,
            reverse("admin:campaigns_campaign_change", args=[campaign.pk]),
        )
        for campaign in living.order_by("code")
        if _reads(campaign, asked)
    ]


def _reads(campaign: Campaign, asked: Segment) -> bool:
    if campaign.segment_id == asked.pk:
        return True
    trees = [campaign.condition, *definitions.branch_conditions(campaign.steps)]
    return any(segment(asked.code) in segment_graphs.references(tree) for tree in trees if tree)
