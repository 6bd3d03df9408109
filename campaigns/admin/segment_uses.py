"""Campaigns that read a segment, so that it isn't put away, or rewritten, unawares."""

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
    segment_users.add_binding("campaigns.campaigns", bound_to)


def users_of(asked: Segment) -> Sequence[SegmentUser]:
    """By their audience, its condition, or a branch of their journey. One query."""
    rows = Campaign.objects.exclude(state__in=_OVER).select_related("version")
    living = rows.filter(
        Q(segment=asked) | ~Q(condition={}) | Q(steps__icontains=f'"{asked.code}"')
    )
    return [_user(one) for one in living.order_by("code") if _reads(one, asked)]


def bound_to(asked: Segment) -> Sequence[SegmentUser]:
    """Approved ones that it would pause if it meant others, also through other segments. One query,
    and one for each whose audience may be frozen."""
    node = segment(asked.code)
    going = Campaign.objects.filter(state__in=(Campaign.State.SCHEDULED, Campaign.State.RUNNING))
    named = going.filter(
        Q(version__content__definitions__has_key=node)
        | Q(version__content__audience__definitions__has_key=node)
    )
    rows = named.select_related("version").order_by("code")
    return [_user(one) for one in rows if definitions.still_asks(one, node)]


def _user(campaign: Campaign) -> SegmentUser:
    url = reverse("admin:campaigns_campaign_change", args=[campaign.pk])
    return SegmentUser(_("campaign"), campaign.name or campaign.code, url)


def _reads(campaign: Campaign, asked: Segment) -> bool:
    if campaign.segment_id == asked.pk:
        return True
    trees = [campaign.condition, *definitions.branch_conditions(campaign.steps)]
    return any(segment(asked.code) in segment_graphs.references(tree) for tree in trees if tree)
