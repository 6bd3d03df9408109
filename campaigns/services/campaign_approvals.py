"""What a second person is asked, and what the approval covers.

It binds the content (hash), the largest audience and the largest liability; whatever is otherwise
or larger needs another one. Source: docs/algorithms/campaigns.md.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from analytics.selectors import segment_definitions
from campaigns.models import Campaign
from campaigns.rules.journeys import BadSteps
from campaigns.selectors import definitions
from campaigns.services import (
    campaign_bounds,
    campaign_locks,
    campaign_loops,
    campaign_versions,
    member_pools,
    schedules,
)
from members.models import ApprovalRequest
from members.services.approvals import Ask

ACTION = "campaigns.campaign.start"
TARGET = "campaigns.campaign"
# As in `migrations/sql/definitions.sql`.
REDEFINED = "redefined"
_State = Campaign.State
_GOING = (_State.SCHEDULED, _State.RUNNING)


def ask(*, campaign: Campaign, at: datetime) -> Ask:
    """The question, with the figures as they are now."""
    bounds = campaign_bounds.of_campaign(campaign, at)
    return Ask(
        action=ACTION,
        summary=campaign.name,
        payload={"content": campaign_versions.hash_of(campaign), **bounds.told()},
        target_type=TARGET,
        target_id=campaign.pk,
    )


def run_approved(request: ApprovalRequest, at: datetime) -> None:
    """Freezes the content, and lets the campaign begin: at once, or when it is due.

    Raises: NotFound; BadSteps; UnknownGift; BeginEachOther.
    """
    campaign = campaign_locks.lock(request.target_id or 0)
    campaign_loops.refuse_endless(campaign, at)
    _open(campaign, request.payload or {}, at)


def _open(campaign: Campaign, told: Mapping[str, Any], at: datetime) -> None:
    campaign.state = _State.APPROVED
    campaign.version = campaign_versions.freeze(campaign=campaign, at=at)
    campaign.approved_hash = campaign_versions.hash_of(campaign)
    campaign.approved_members_count = told.get("members_count")
    campaign.approved_liability_amount = told.get("liability_amount")
    campaign.save()
    member_pools.publish(campaign)
    schedules.begin(campaign=campaign, at=at)


def begin_unasked(*, campaign: Campaign, at: datetime) -> None:
    """Lets a campaign begin without a second person: what the product itself ships, and what is
    brought in from where it ran before. In the caller's transaction."""
    campaign.state = _State.IN_REVIEW
    campaign.save(update_fields=["state"])
    _open(campaign, {"members_count": campaign.audience_limit, "liability_amount": None}, at)


def run_refused(request: ApprovalRequest, at: datetime) -> None:
    """The campaign is a draft again, or paused as it was, where it had begun before."""
    waiting = Campaign.objects.select_for_update().filter(
        pk=request.target_id or 0, state=_State.IN_REVIEW
    )
    for campaign in waiting:
        campaign.state = _State.PAUSED if has_begun(campaign) else _State.DRAFT
        campaign.save(update_fields=["state"])


def has_begun(campaign: Campaign) -> bool:
    """Whether members are, or may be, in it: then it is paused, and no draft."""
    is_by_event = campaign.version_id is not None and campaign.entry == Campaign.Entry.EVENT
    return is_by_event or campaign.runs.exists()


def version_of_target(request: ApprovalRequest) -> str:
    """What the maker saw: an edited campaign or text makes the request outdated."""
    found = Campaign.objects.filter(pk=request.target_id or 0).select_related("segment").first()
    if found is None or found.state in (_State.KILLED, _State.FINISHED):
        return ""
    try:
        return campaign_versions.hash_of(found)
    except BadSteps:
        return ""


def is_covered(campaign: Campaign) -> bool:
    """Whether the campaign is what was approved, and not larger."""
    try:
        same = campaign_versions.hash_of(campaign) == campaign.approved_hash
    except BadSteps:
        return False
    return same and not outgrown(campaign)


def outgrown(campaign: Campaign) -> bool:
    """Whether an audience that was frozen is larger than what was approved."""
    most = campaign.approved_members_count
    if most is None or campaign.audience_limit is not None:
        return False
    return campaign.runs.filter(state__in=("FREEZING", "RUNNING"), members_count__gt=most).exists()


def pause_dearer() -> int:
    """Pauses campaigns whose gifts may cost more than was approved, before they begin another run;
    gives how many. They go on with another approval."""
    giving = Campaign.objects.filter(state__in=_GOING, version__prizes__isnull=False).distinct()
    rows = giving.select_related("version").order_by("pk")
    return sum(_pause(one.pk, "costs_more", _is_dearer) for one in rows if _is_dearer(one))


def pause_redefined() -> int:
    """Pauses campaigns that ask segments or tags which mean others than when they were approved,
    before they begin another run; gives how many. Whoever rewrites a segment, or the rule of a
    tag, pauses them in the same transaction (`migrations/sql/definitions.sql`): this is for
    whatever else makes them mean others."""
    going = Campaign.objects.filter(state__in=_GOING, version__isnull=False)
    rows = [one for one in going.select_related("version").order_by("pk") if _is_bound(one)]
    known = segment_definitions.read() if rows else None
    changed = [one for one in rows if definitions.changed(one, known)]
    return sum(_pause(one.pk, REDEFINED, _is_redefined) for one in changed)


@transaction.atomic
def _pause(campaign_id: int, reason: str, is_so: Callable[[Campaign], bool]) -> int:
    campaign = campaign_locks.stop(campaign_id)
    if campaign.state not in _GOING or not is_so(campaign):
        return 0
    campaign.state, campaign.pause_reason = _State.PAUSED, reason
    campaign.save(update_fields=["state", "pause_reason"])
    return 1


def _is_dearer(campaign: Campaign) -> bool:
    return campaign.version is not None and campaign_versions.is_dearer(campaign.version)


def _is_bound(campaign: Campaign) -> bool:
    return campaign.version is not None and definitions.is_bound(campaign.version)


def _is_redefined(campaign: Campaign) -> bool:
    return bool(definitions.changed(campaign))


def withdraw_of(*, campaign: Campaign, at: datetime) -> None:
    """The campaign's waiting requests are outdated."""
    ApprovalRequest.objects.filter(
        action=ACTION, target_id=campaign.pk, status=ApprovalRequest.Status.PENDING
    ).update(status=ApprovalRequest.Status.STALE, decided_at=at)


def digest(told: Mapping[str, Any]) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
