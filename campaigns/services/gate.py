"""Puts a message before the gate: in the forecast, when it is queued, and right before it is sent.

Whatever asks, asks here: so the three give the same reasons.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.models import Campaign, Delivery
from campaigns.rules import contact_caps, gate
from campaigns.rules.contact_caps import Contact
from campaigns.rules.quiet_hours import QuietHours
from campaigns.selectors.gate_facts import MARKETING, Facts
from campaigns.selectors.reach import Reach
from campaigns.transports.registry import TRANSPORTS
from members.models import Member


@dataclass(frozen=True, kw_only=True)
class Sending:
    """One message that may go to one member: of which campaign, until when, and what is known of
    the member's way through it. `unwritten` are media by which its text can't be written;
    `credit_templates` has those that need a credit."""

    campaign: Campaign
    member_id: int
    expires_at: datetime
    has_exited: bool = False
    has_converted: bool = False
    has_text: bool = True
    unwritten: Collection[str] = ()
    # A person has it sent again: that the campaign is over is no obstacle, that it was stopped is.
    is_again: bool = False
    credit_templates: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Choice:
    """The medium that the gate settled on, what it said, and the media that it passed over."""

    medium: str
    verdict: gate.Verdict
    tried: tuple[tuple[str, str], ...] = ()


def attempt(*, sending: Sending, medium: str, facts: Facts, at: datetime) -> gate.Attempt:
    """What the gate looks at for `sending` by `medium`."""
    campaign, reach = sending.campaign, facts.reach[sending.member_id]
    transport = TRANSPORTS.get(medium)
    is_marketing = campaign.purpose == MARKETING
    template = (sending.credit_templates or {}).get(medium)
    rival = facts.rivals.get(sending.member_id, 0)
    return gate.Attempt(
        is_campaign_running=campaign.state == Campaign.State.RUNNING
        or (sending.is_again and campaign.state in Campaign.SENDING),
        is_member_active=reach.member.state == Member.State.ACTIVE,
        is_held_out=is_marketing and facts.is_held_out(sending.member_id),
        has_consent=reach.has_consent(purpose=campaign.purpose, medium=medium),
        needs_guardian=reach.needs_guardian(purpose=campaign.purpose),
        has_address=transport is not None and reach.has_address(transport),
        is_suppressed=(sending.member_id, medium) in facts.suppressed,
        has_credit=template is None
        or facts.credits.get((sending.member_id, medium, template), 0) > 0,
        gives_way=is_marketing and rival > campaign.priority,
        has_exited=sending.has_exited,
        has_converted=sending.has_converted,
        cap_until=_cap_until(sending, medium, facts, reach, at) if is_marketing else None,
        waits_for_cap=campaign.cap_policy == Campaign.CapPolicy.DEFER,
        quiet_hours=_quiet_hours(campaign, facts, reach),
        expires_at=sending.expires_at,
        has_budget=facts.may_cost(medium),
        has_all_variables=sending.has_text and medium not in sending.unwritten,
    )


def judge(*, sending: Sending, medium: str, facts: Facts, at: datetime) -> gate.Verdict:
    """The first reason why it may not go by `medium` at `at`, or none."""
    return gate.judge(attempt(sending=sending, medium=medium, facts=facts, at=at), at)


def choose(
    *,
    sending: Sending,
    media: tuple[str, ...],
    facts: Facts,
    at: datetime,
    is_forecast: bool = False,
) -> Choice:
    """The first medium that may go, or has to wait; where none does, the first one with its reason.
    Only reasons of a medium lead to the next one, and a full cap where the campaign says so."""
    ask = gate.settle if is_forecast else gate.judge
    tried: list[tuple[str, str]] = []
    refused: Choice | None = None
    for medium in media:
        verdict = ask(attempt(sending=sending, medium=medium, facts=facts, at=at), at)
        if verdict.outcome is not gate.Outcome.SKIP:
            return Choice(medium, verdict, tuple(tried))
        assert verdict.reason is not None
        refused = refused or Choice(medium, verdict)
        if not _may_fall_back(sending.campaign, verdict.reason):
            return Choice(medium, verdict, tuple(tried))
        tried.append((medium, verdict.reason.value))
    assert refused is not None
    return Choice(refused.medium, refused.verdict, tuple(tried[1:]))


def apply(*, delivery: Delivery, verdict: gate.Verdict) -> None:
    """Writes what the gate said into the row; it is not saved."""
    delivery.reason = verdict.reason or ""
    if verdict.outcome is gate.Outcome.SKIP:
        is_late = verdict.reason is gate.Reason.EXPIRED
        delivery.state = Delivery.State.EXPIRED if is_late else Delivery.State.SKIPPED
    elif verdict.retry_at:
        delivery.not_before_at = verdict.retry_at


def count_on(*, facts: Facts, sending: Sending, medium: str, cost: int, at: datetime) -> None:
    """A message that passes is a contact for the next one of its batch, and uses its credit and
    its part of the budget (`cost`, in minor units)."""
    if sending.campaign.purpose == MARKETING:
        facts.contacts[sending.member_id].append(Contact(medium, at))
    template = (sending.credit_templates or {}).get(medium)
    if template is not None:
        facts.credits[sending.member_id, medium, template] -= 1
    if facts.budget_left is not None:
        facts.budget_left -= cost


def expires_at(campaign: Campaign, since: datetime, hours: int | None = None) -> datetime:
    """From when it happened, not from when we heard: a year of orders loaded today is no news."""
    return since + timedelta(hours=campaign.expires_hours if hours is None else hours)


def _may_fall_back(campaign: Campaign, reason: gate.Reason) -> bool:
    if reason is gate.Reason.FREQUENCY_CAP:
        return campaign.cap_policy == Campaign.CapPolicy.FALL_BACK
    return reason in gate.BY_MEDIUM


def _cap_until(
    sending: Sending, medium: str, facts: Facts, reach: Reach, at: datetime
) -> datetime | None:
    if not facts.caps:
        return None
    contacts = facts.contacts.get(sending.member_id, ())
    return contact_caps.room_at(facts.caps, list(contacts), medium=medium, at=at, zone=reach.zone)


def _quiet_hours(campaign: Campaign, facts: Facts, reach: Reach) -> QuietHours | None:
    starts, ends = campaign.quiet_from, campaign.quiet_until
    if starts is None or ends is None:
        starts, ends = facts.policy.quiet_from, facts.policy.quiet_until
    if starts is None or ends is None:
        return None
    return QuietHours(starts=starts, ends=ends, zone=reach.zone)
