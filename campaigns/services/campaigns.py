"""A campaign's life: drafted, approved by a second person, running, paused, stopped at once.

Source: docs/algorithms/campaigns.md.
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.models import Campaign
from campaigns.rules.journeys import BadSteps
from campaigns.services import (
    campaign_approvals,
    campaign_checks,
    campaign_locks,
    campaign_versions,
    schedules,
)
from members.errors import DomainError, ReasonRequired
from members.models import ApprovalRequest, User
from members.services import approvals, audit

_State = Campaign.State
# What an operator may write; everything else follows from deeds.
WRITABLE = (
    *("name_zh", "name_en", "code", "description", "goal", "wizard_step"),
    *("entry", "entry_rule", "segment", "condition", "starts_at", "ends_at", "re_entry_days"),
    *("steps", "exits", "goal_event", "goal_days", "is_over_at_goal", "arms", "control_share"),
    *("purpose", "priority", "quiet_from", "quiet_until", "expires_hours", "cap_policy"),
    *("late_policy", "late_minutes", "rate_per_minute", "audience_limit", "budget_amount"),
)
EDITABLE = (_State.DRAFT, _State.IN_REVIEW, _State.APPROVED, _State.SCHEDULED, _State.PAUSED)
_CONTENT = tuple(name for name in WRITABLE if name != "wizard_step")


class CannotStart(DomainError):
    """Only a draft, or a paused campaign that was changed, can ask for approval."""

    code = "cannot_start"
    status = 409


class NotRunning(DomainError):
    """The campaign is not running."""

    code = "not_running"
    status = 409


class NotPaused(DomainError):
    """The campaign is not paused."""

    code = "not_paused"
    status = 409


class NeedsApproval(DomainError):
    """The campaign was changed, or is larger, than what was approved: ask for approval again."""

    code = "needs_approval"
    status = 409


class NotEditable(DomainError):
    """A running campaign can't be changed: pause it first, or copy it."""

    code = "not_editable"
    status = 409


class CampaignOver(DomainError):
    """This campaign is over."""

    code = "campaign_over"
    status = 409


class ChangedMeanwhile(DomainError):
    """Somebody else has changed this campaign: look at it again, then save."""

    code = "changed_meanwhile"
    status = 409


class NotReady(DomainError):
    """Something is missing before this campaign can be approved."""

    code = "not_ready"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A new campaign; `values` as in `WRITABLE`, `store_codes` of a pilot."""

    code: str
    name_zh: str = ""
    name_en: str = ""
    recipe: str = ""
    values: Mapping[str, Any] | None = None
    store_ids: tuple[int, ...] = ()


@transaction.atomic
def create(*, draft: Draft, actor: User | None, at: datetime) -> Campaign:
    """The draft as a row.

    Raises: IntegrityError, where the code is taken.
    """
    campaign = Campaign(
        code=draft.code,
        name_zh=draft.name_zh,
        name_en=draft.name_en,
        recipe=draft.recipe,
        salt=secrets.token_hex(8),
        created_by=actor,
        created_at=at,
        **_writable(draft.values or {}),
    )
    campaign.save()
    campaign.stores.set(draft.store_ids)
    return campaign


@transaction.atomic
def change(
    *,
    campaign_id: int,
    values: Mapping[str, Any],
    at: datetime,
    actor: User | None = None,
    store_ids: tuple[int, ...] | None = None,
    expected: str | None = None,
) -> Campaign:
    """The campaign with other values. What waits for approval, or waits to begin, becomes a draft
    again; one that had begun is paused, or stays so, and needs another approval before it goes on.
    `expected` is the fingerprint that the editor saw.

    Raises: NotFound; NotEditable; ChangedMeanwhile.
    """
    campaign = campaign_locks.lock(campaign_id)
    if campaign.state not in EDITABLE:
        raise NotEditable
    if expected is not None and expected != fingerprint(campaign):
        raise ChangedMeanwhile
    before = fingerprint(campaign)
    for name, value in _writable(values).items():
        setattr(campaign, name, value)
    is_changed = fingerprint(campaign, store_ids) != before
    if is_changed and campaign.state not in (_State.DRAFT, _State.PAUSED):
        campaign_approvals.withdraw_of(campaign=campaign, at=at)
        is_begun = campaign.state == _State.IN_REVIEW and campaign_approvals.has_begun(campaign)
        campaign.state = _State.PAUSED if is_begun else _State.DRAFT
        campaign.next_run_at = None
    # With its new state, in one statement: the database lets nothing that runs be changed.
    campaign.save()
    if store_ids is not None:
        campaign.stores.set(store_ids)
    return campaign


def fingerprint(campaign: Campaign, store_ids: Collection[int] | None = None) -> str:
    """Another one for everything that an operator may write otherwise; 64 hexadecimal digits.
    `store_ids`: as if these were its stores."""
    if store_ids is None:
        # Of stores that the page has fetched already nothing is asked.
        store_ids = [one.pk for one in campaign.stores.all()]
    return campaign_approvals.digest(
        {name: getattr(campaign, name) for name in _CONTENT if name != "segment"}
        | {"segment": campaign.segment_id}
        | {"stores": sorted(store_ids)}
    )


@transaction.atomic
def submit(*, campaign_id: int, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The request that a second person decides; it binds content, audience and liability.

    Raises: NotFound; CannotStart; NotReady, with what is missing; ReasonRequired.
    """
    campaign = campaign_locks.lock(campaign_id)
    if campaign.state not in (_State.DRAFT, _State.PAUSED):
        raise CannotStart
    if missing := campaign_checks.problems(campaign, at):
        raise NotReady(problems=[{"step": one.step, "text": str(one.text)} for one in missing])
    ask = campaign_approvals.ask(campaign=campaign, at=at)
    campaign.state = _State.IN_REVIEW
    campaign.save(update_fields=["state"])
    return approvals.request(ask=ask, reason=reason, maker=maker, at=at)


@transaction.atomic
def pause(*, campaign_id: int, reason: str, actor_id: int | None, at: datetime) -> Campaign:
    """The campaign, silent from now on: nobody comes in, what is queued waits and may expire.

    Raises: NotFound; NotRunning.
    """
    campaign = campaign_locks.stop(campaign_id)
    if campaign.state not in (_State.RUNNING, _State.SCHEDULED):
        raise NotRunning
    campaign.state, campaign.pause_reason = _State.PAUSED, reason[:200]
    campaign.save(update_fields=["state", "pause_reason"])
    _note("campaign.pause", campaign, reason, actor_id, at)
    return campaign


@transaction.atomic
def resume(*, campaign_id: int, reason: str, actor_id: int | None, at: datetime) -> Campaign:
    """The campaign, going on where it was; what has expired meanwhile is counted so.

    Raises: NotFound; NotPaused; NeedsApproval, where it is another one than was approved.
    """
    campaign = campaign_locks.lock(campaign_id)
    if campaign.state != _State.PAUSED:
        raise NotPaused
    if not campaign_approvals.is_covered(campaign):
        raise NeedsApproval
    schedules.go_on(campaign=campaign, at=at)
    _note("campaign.resume", campaign, reason, actor_id, at)
    return campaign


@transaction.atomic
def kill(*, campaign_id: int, reason: str, actor_id: int | None, at: datetime) -> Campaign:
    """The campaign, stopped for good: from this commit on nothing of it is sent. Who is on the way
    is let go soon after, part by part.

    Raises: NotFound; CampaignOver; ReasonRequired.
    """
    if not reason.strip():
        raise ReasonRequired
    campaign = campaign_locks.stop(campaign_id)
    if campaign.state not in Campaign.KILLABLE:
        raise CampaignOver
    campaign_approvals.withdraw_of(campaign=campaign, at=at)
    campaign.state, campaign.next_run_at = _State.KILLED, None
    campaign.save(update_fields=["state", "next_run_at"])
    _note("campaign.kill", campaign, reason, actor_id, at)
    schedules.wake()
    return campaign


def has_steps(campaign: Campaign) -> bool:
    """Whether its steps can be read."""
    try:
        campaign_versions.flow_of(campaign)
    except BadSteps:
        return False
    return True


def _writable(values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(values) - set(WRITABLE)
    if unknown:
        raise ValueError(f"not writable: {', '.join(sorted(unknown))}")
    return dict(values)


def _note(action: str, campaign: Campaign, reason: str, actor_id: int | None, at: datetime) -> None:
    details = {"campaign": campaign.code}
    audit.record(action=action, at=at, actor_id=actor_id, reason=reason, details=details)
