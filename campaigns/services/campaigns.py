"""Campaigns begin with a second person's consent; anyone who runs them may stop them at once."""

import hashlib
from datetime import datetime

from django.db import transaction

from campaigns.models import Campaign
from members.errors import DomainError, NotFound
from members.models import ApprovalRequest, User
from members.services import approvals, audit

ACTION = "campaigns.campaign.start"
_State = Campaign.State
MAY_START = (_State.DRAFT, _State.PAUSED)


class CannotStart(DomainError):
    """Only a draft or a paused campaign can start."""

    code = "cannot_start"
    status = 409


class NotRunning(DomainError):
    """The campaign is not running."""

    code = "not_running"
    status = 409


@transaction.atomic
def ask_to_start(*, campaign_id: int, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The request that a second person decides.

    Raises: NotFound, CannotStart, ReasonRequired.
    """
    campaign = _locked(campaign_id)
    if campaign.state not in MAY_START:
        raise CannotStart
    ask = approvals.Ask(
        action=ACTION,
        summary=campaign.name,
        payload={"trigger": campaign.trigger_type, "media": campaign.media},
        target_type="campaigns.campaign",
        target_id=campaign.pk,
    )
    return approvals.request(ask=ask, reason=reason, maker=maker, at=at)


@transaction.atomic
def run_approved(request: ApprovalRequest, at: datetime) -> None:
    """Lets the campaign run: it hears of what happens from now on.

    Raises: NotFound, CannotStart.
    """
    campaign = _locked(request.target_id or 0)
    if campaign.state not in MAY_START:
        raise CannotStart
    campaign.state = _State.RUNNING
    campaign.save(update_fields=["state"])


def version_of_target(request: ApprovalRequest) -> str:
    """What the maker saw: an edited campaign or text makes the request outdated."""
    found = Campaign.objects.filter(pk=request.target_id or 0).select_related("template").first()
    if found is None:
        return ""
    template = found.template
    said = (
        *(found.trigger_type, found.purpose, found.template_id, *found.media),
        *(found.quiet_from, found.quiet_until, found.expires_hours),
        *(template.subject_zh, template.subject_en, template.body_zh, template.body_en),
    )
    return hashlib.sha256(repr(said).encode()).hexdigest()


@transaction.atomic
def pause(*, campaign_id: int, reason: str, actor_id: int, at: datetime) -> Campaign:
    """The campaign, silent from now on; what is queued already is not sent.

    Raises: NotFound, NotRunning.
    """
    campaign = _locked(campaign_id)
    if campaign.state != _State.RUNNING:
        raise NotRunning
    campaign.state = _State.PAUSED
    campaign.save(update_fields=["state"])
    details = {"campaign": campaign.code}
    audit.record(action="campaign.pause", at=at, actor_id=actor_id, reason=reason, details=details)
    return campaign


def _locked(campaign_id: int) -> Campaign:
    campaign = Campaign.objects.select_for_update().filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFound
    return campaign
