"""What is missing before a campaign can be approved, each with the wizard's step that mends it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, MessageTemplate, Run
from campaigns.rules import entries
from campaigns.rules.entries import BadEntry
from campaigns.rules.journey_steps import Kind, Message
from campaigns.rules.journeys import BadSteps, Flow
from campaigns.selectors import journey_references
from campaigns.services import (
    campaign_loops,
    campaign_versions,
    entry_rule_checks,
    template_fitness,
)

STEPS = GOAL, AUDIENCE, CONTENT, RAILS = 1, 2, 3, 4


@dataclass(frozen=True)
class Problem:
    """`step` is the wizard's, 1 to 5; `where` the field or the place in the steps."""

    step: int
    where: str
    text: Any


def problems(campaign: Campaign, at: datetime) -> list[Problem]:
    """All that is missing, in the order of the wizard; none: it can be approved."""
    return [one for step in STEPS for one in of_step(campaign, step, at)]


def of_step(campaign: Campaign, step: int, at: datetime) -> list[Problem]:
    """What is missing in one step of the wizard."""
    if step == GOAL:
        return _of_goal(campaign)
    if step == AUDIENCE:
        return _of_audience(campaign, at)
    return _of_content(campaign) if step == CONTENT else _of_rails(campaign, at)


def _of_goal(campaign: Campaign) -> list[Problem]:
    if campaign.name_zh.strip() or campaign.name_en.strip():
        return []
    return [Problem(GOAL, "name_zh", _("Give it a name, in Chinese or in English."))]


def _of_audience(campaign: Campaign, at: datetime) -> list[Problem]:
    try:
        entry = entries.read(campaign.entry, campaign.entry_rule)
    except BadEntry as error:
        return [
            Problem(
                AUDIENCE, f"entry_rule.{error.where}", _("Say when it begins: this is missing.")
            )
        ]
    found = []
    is_anybody = campaign.segment is None and not campaign.condition
    if is_anybody and campaign.comes_in_runs and campaign.entry != Campaign.Entry.DATE:
        text = _("Say whom it is for: choose a segment, or set a condition.")
        found.append(Problem(AUDIENCE, "segment", text))
    if isinstance(entry, entries.AtEntry) and entry.at <= at and not _has_run(campaign):
        text = _("The time has passed: choose a later one.")
        found.append(Problem(AUDIENCE, "entry_rule.at", text))
    if campaign.segment is not None and campaign.segment.is_archived:
        found.append(Problem(AUDIENCE, "segment", _("This segment was put away: choose another.")))
    loop = campaign_loops.found(campaign, at)
    if loop is not None and loop.is_endless:
        found.append(Problem(AUDIENCE, "entry_rule.keys", loop.text))
    told = entry_rule_checks.problems(campaign, entry)
    return [*found, *(Problem(AUDIENCE, where, text) for where, text in told)]


def _has_run(campaign: Campaign) -> bool:
    """Whether its one run has begun: it goes on, whatever its hour was."""
    runs = Run.objects.filter(campaign=campaign)
    return campaign.pk is not None and runs.exclude(state=Run.State.MISSED).exists()


def _of_content(campaign: Campaign) -> list[Problem]:
    try:
        flow = campaign_versions.flow_of(campaign)
    except BadSteps as error:
        return [Problem(CONTENT, error.where, _("A step isn't complete yet."))]
    if flow.first is None:
        return [Problem(CONTENT, "steps", _("Say what happens: add a message or a gift."))]
    messages = [step for step in flow.of_kind(Kind.MESSAGE) if isinstance(step, Message)]
    known = set(
        MessageTemplate.objects.filter(code__in={one.template for one in messages}).values_list(
            "code", flat=True
        )
    )
    return [
        Problem(
            CONTENT,
            step.id,
            _("The template “%(code)s” doesn't exist: choose another.") % {"code": step.template},
        )
        for step in messages
        if step.template not in known
    ] + [*_of_references(flow), *_of_texts(campaign, flow)]


def _of_texts(campaign: Campaign, flow: Flow) -> list[Problem]:
    return [
        Problem(CONTENT, step, said) for step, said in template_fitness.problems(campaign, flow)
    ]


def _of_references(flow: Flow) -> list[Problem]:
    """What else steps name; the builder of the journey says at each how to mend it."""
    text = _("A step names something that isn't there or isn't live: mend it in the journey.")
    return [
        Problem(CONTENT, f"{one.step}.{one.field}", text)
        for one in journey_references.missing_references(flow)
        if one.what != journey_references.TEMPLATE
    ]


def _of_rails(campaign: Campaign, at: datetime) -> list[Problem]:
    found = []
    if (
        sum(one["share"] for one in campaign_versions.content_arms(campaign))
        + (campaign.control_share)
        != 10_000
    ):
        text = _("The shares of all variants and the held out must make 100 %.")
        found.append(Problem(RAILS, "arms", text))
    if campaign.ends_at is not None and campaign.ends_at <= at:
        found.append(Problem(RAILS, "ends_at", _("It would be over already: choose a later end.")))
    return found
