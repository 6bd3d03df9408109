"""Campaigns in the operators' words: what one does, part by part, and the names of states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.admin import (
    entry_sentences,
    guard_rail_sentences,
    journey_sentences,
)
from campaigns.admin.journey_sentences import Line
from campaigns.models import Campaign, Delivery
from campaigns.rules.journeys import BadSteps
from loyalty.rules import money
from loyalty.services import programs

STATE_COLORS: Mapping[str, str] = {
    "DRAFT": "info",
    "IN_REVIEW": "warning",
    "APPROVED": "primary",
    "SCHEDULED": "primary",
    "RUNNING": "success",
    "PAUSED": "warning",
    "FINISHED": "default",
    "KILLED": "danger",
}
GOAL_ICONS: Mapping[str, str] = {
    "ACQUIRE": "person_add",
    "ACTIVATE": "rocket_launch",
    "RETAIN": "autorenew",
    "UPGRADE": "workspace_premium",
    "REFER": "diversity_1",
    "WIN_BACK": "waving_hand",
    "SERVICE": "support_agent",
}
# Why members are left out or leave, where the gate's own reasons don't say it.
_REASONS: Mapping[str, Any] = {
    "late": gettext_lazy("Found too late"),
    "audience_limit": gettext_lazy("The limit of members was reached"),
    "members": gettext_lazy("The limit of members was reached"),
    "not_in_audience": gettext_lazy("Not in the audience that was approved last"),
    "too_often": gettext_lazy("Too often within a day: its gifts may be bringing them in again"),
    "ended": gettext_lazy("The campaign ended"),
    "erased": gettext_lazy("The member was erased"),
    "merged": gettext_lazy("The member was merged"),
    "something_else": gettext_lazy("It happened all the same"),
}


@dataclass(frozen=True)
class Part:
    """What one step of the wizard has settled: sentences, and the flow's steps nested."""

    step: int
    title: str
    lines: Sequence[str]
    flow: Sequence[Line] = ()


def parts(campaign: Campaign) -> list[Part]:
    """All that the campaign does, in the wizard's order."""
    return [
        Part(1, _("Goal"), _aim(campaign)),
        Part(2, _("Audience"), _audience(campaign)),
        Part(3, _("Content and offer"), *_content(campaign)),
        Part(4, _("Guard-rails"), guard_rail_sentences.guard_rails(campaign)),
    ]


def _aim(campaign: Campaign) -> list[str]:
    told = entry_sentences.goal_sentence(campaign)
    lines = [str(campaign.get_goal_display()), campaign.description, told]
    if not told:
        lines.append(_("What counts as its success isn't said."))
    return [line for line in lines if line]


def _audience(campaign: Campaign) -> list[str]:
    return [
        entry_sentences.entry_sentence(campaign),
        guard_rail_sentences.audience_sentence(campaign),
    ]


def _content(campaign: Campaign) -> tuple[list[str], list[Line]]:
    """What it sends and gives; steps that aren't complete say so."""
    try:
        flow = journey_sentences.of_campaign(campaign)
    except BadSteps:
        return [_("A step isn't complete yet.")], []
    lines = [] if flow else [_("Nothing is sent or given yet.")]
    return [*lines, *entry_sentences.exit_sentences(campaign)], flow


def amount(minor_units: int | None) -> str:
    """As a price of the programme."""
    return money.text(minor_units or 0, programs.kept().currency)


def reason(code: str) -> str:
    """Why somebody was left out, or left."""
    return str(dict(Delivery.Reason.choices).get(code) or _REASONS.get(code, code))
