"""Campaigns that read a segment, so that it isn't put away under their feet."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from analytics.models import Segment
from analytics.registry import segment_users
from analytics.registry.segment_users import SegmentUser
from analytics.rules import segment_graphs
from analytics.selectors.segment_graphs import segment
from campaigns.models import Campaign
from campaigns.rules.journey_steps import Kind

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
    trees = [campaign.condition, *_branches(campaign.steps)]
    return any(segment(asked.code) in segment_graphs.references(tree) for tree in trees if tree)


def _branches(steps: Any) -> Iterator[Mapping[str, Any]]:
    """The conditions of a journey's branches, however deep they are."""
    for step in steps if isinstance(steps, list) else ():
        if not isinstance(step, Mapping):
            continue
        if step.get("kind") == Kind.BRANCH and isinstance(step.get("condition"), Mapping):
            yield step["condition"]
        for inner in step.values():
            yield from _branches(inner)
