"""Puts a message before the gate: when it is queued, and again right before it is sent."""

from datetime import datetime

from campaigns.models import Campaign, Delivery
from campaigns.rules import gate
from campaigns.rules.quiet_hours import QuietHours
from campaigns.selectors.reach import Reach
from campaigns.transports.registry import TRANSPORTS
from members.models import Member


def judge(*, delivery: Delivery, reach: Reach, has_text: bool, at: datetime) -> gate.Verdict:
    """The first reason why `delivery` may not go to `reach` at `at`, or none."""
    campaign, medium = delivery.campaign, delivery.medium
    transport = TRANSPORTS.get(medium)
    attempt = gate.Attempt(
        is_campaign_running=campaign.state == Campaign.State.RUNNING,
        is_member_active=reach.member.state == Member.State.ACTIVE,
        has_consent=reach.has_consent(purpose=campaign.purpose, medium=medium),
        needs_guardian=reach.needs_guardian(purpose=campaign.purpose),
        has_address=transport is not None and reach.has_address(transport),
        quiet_hours=_quiet_hours(campaign, reach),
        expires_at=delivery.expires_at,
        has_all_variables=has_text,
    )
    return gate.judge(attempt, at)


def apply(*, delivery: Delivery, verdict: gate.Verdict) -> None:
    """Writes what the gate said into the row; it is not saved."""
    delivery.reason = verdict.reason or ""
    if verdict.outcome is gate.Outcome.SKIP:
        is_late = verdict.reason is gate.Reason.EXPIRED
        delivery.state = Delivery.State.EXPIRED if is_late else Delivery.State.SKIPPED
    elif verdict.retry_at:
        delivery.not_before_at = verdict.retry_at


def _quiet_hours(campaign: Campaign, reach: Reach) -> QuietHours | None:
    if campaign.quiet_from is None or campaign.quiet_until is None:
        return None
    return QuietHours(starts=campaign.quiet_from, ends=campaign.quiet_until, zone=reach.zone)
