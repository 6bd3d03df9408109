"""How a member stands to a campaign now: what of its audience they meet, and what the gate says of
its messages, by the same audience and the same gate as of everybody. It asks, and changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.selectors import segment_members
from analytics.selectors.segment_members import Why
from campaigns.models import Campaign
from campaigns.rules.gate import Verdict
from campaigns.rules.journey_steps import Kind, Message
from campaigns.rules.journeys import BadSteps, Flow
from campaigns.selectors import audiences, gate_facts
from campaigns.selectors.gate_facts import Asked
from campaigns.services import campaign_versions, gate, message_steps
from campaigns.services.gate import Sending
from members.models import Member
from members.rules.conditions import BadCondition
from members.selectors import member_conditions, member_explanations
from members.selectors.member_explanations import Explanation


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the gate says now of one message by one channel."""

    step: str
    medium: str
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What lets a member in, or keeps them out, as of now. `segment` and `condition` are None where
    the campaign asks for none; `is_unreadable`: nobody can be judged by what it asks."""

    is_in_audience: bool
    is_active: bool
    is_of_stores: bool
    segment: Why | None
    condition: Explanation | None
    is_unreadable: bool
    gate: tuple[Told, ...]


def standing(*, campaign: Campaign, member: Member, at: datetime) -> Standing:
    """How the campaign stands to the member at `at`, whether or not they are in."""
    store_ids = set(campaign.stores.values_list("pk", flat=True))
    try:
        segment = _segment(campaign, member, at)
        condition = _condition(campaign, member, at)
        is_in = bool(audiences.eligible(campaign, member_ids=[member.pk], at=at))
        is_unreadable = False
    except BadCondition:
        segment = condition = None
        is_in, is_unreadable = False, True
    return Standing(
        is_in_audience=is_in,
        is_active=member.state == Member.State.ACTIVE,
        is_of_stores=not store_ids or member.store_id in store_ids,
        segment=segment,
        condition=condition,
        is_unreadable=is_unreadable,
        gate=tuple(_gate(campaign, member, at)),
    )


def _segment(campaign: Campaign, member: Member, at: datetime) -> Why | None:
    if campaign.segment is None:
        return None
    return segment_members.why(segment=campaign.segment, member_id=member.pk, at=at)


def _condition(campaign: Campaign, member: Member, at: datetime) -> Explanation | None:
    if not campaign.condition:
        return None
    condition = member_conditions.read(campaign.condition)
    return member_explanations.explain(condition, member_id=member.pk, at=at)


def _gate(campaign: Campaign, member: Member, at: datetime) -> Iterator[Told]:
    """For each message of the journey and each of its channels, without writing a text."""
    try:
        flow, texts = _flow(campaign)
    except BadSteps:
        return
    for step in flow.of_kind(Kind.MESSAGE):
        assert isinstance(step, Message)
        yield from _verdicts(campaign, step, texts.get(step.template, {}), member, at)


def _verdicts(
    campaign: Campaign, step: Message, text: dict[str, Any], member: Member, at: datetime
) -> Iterator[Told]:
    templates = message_steps.credit_templates(text, step.media, member.language)
    asked = Asked(campaign=campaign, media=step.media, credit_templates=templates)
    facts = gate_facts.facts_of(asked=[asked], member_ids=[member.pk], at=at)
    sending = Sending(
        campaign=campaign,
        member_id=member.pk,
        expires_at=gate.expires_at(campaign, at, step.expires_hours),
        credit_templates=templates,
    )
    for medium in step.media:
        verdict = gate.judge(sending=sending, medium=medium, facts=facts, at=at)
        yield Told(step=step.id, medium=medium, verdict=verdict)


def _flow(campaign: Campaign) -> tuple[Flow, dict[str, dict[str, Any]]]:
    if campaign.version is None:
        return campaign_versions.flow_of(campaign), {}
    texts: dict[str, dict[str, Any]] = campaign.version.content.get("texts", {})
    return campaign_versions.flow_of_version(campaign.version), texts
