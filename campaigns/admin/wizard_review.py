"""Step 5 of the wizard: all of it as sentences, what is missing, and the question to a second
person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from campaigns.admin import campaign_words, journey_mistakes
from campaigns.models import Campaign
from campaigns.rules import entries
from campaigns.rules.entries import BadEntry
from campaigns.rules.journeys import BadSteps
from campaigns.services import campaign_checks, campaign_loops, campaign_versions
from campaigns.services.campaign_checks import Problem


class AskForm(forms.Form):
    reason = forms.CharField(
        label=_("Why now, and what you checked"),
        max_length=500,
        help_text=_("Whoever decides reads it, and the auditor."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )


def shown(campaign: Campaign, *, at: datetime) -> dict[str, Any]:
    """For the template."""
    problems = missing(campaign, at=at)
    can_ask = campaign.state in (Campaign.State.DRAFT, Campaign.State.PAUSED)
    return {
        "parts": campaign_words.parts(campaign),
        "problems": problems,
        "warnings": warnings(campaign, at=at),
        "can_ask": can_ask and not problems,
        "waits": campaign.state == Campaign.State.IN_REVIEW,
    }


def warnings(campaign: Campaign, *, at: datetime) -> list[str]:
    """What doesn't keep it from being approved, and has to be known by whoever asks and decides."""
    loop = campaign_loops.found(campaign, at)
    return [] if loop is None or loop.is_endless else [loop.text]


def missing(
    campaign: Campaign, *, at: datetime, steps: Sequence[int] = campaign_checks.STEPS
) -> list[Problem]:
    """What keeps it from being approved, each with the step that mends it."""
    return [
        _in_words(one, campaign)
        for step in steps
        for one in campaign_checks.of_step(campaign, step, at)
    ]


def _in_words(problem: Problem, campaign: Campaign) -> Problem:
    """Of what can't be read at all it is said what has to be filled in."""
    try:
        if problem.where.startswith("entry_rule"):
            entries.read(campaign.entry, campaign.entry_rule)
        elif problem.where.startswith("steps"):
            campaign_versions.flow_of(campaign)
    except BadEntry as error:
        return replace(problem, text=journey_mistakes.of_entry(error))
    except BadSteps as error:
        told = _("A step isn't complete yet: %(what)s")
        return replace(problem, text=told % {"what": journey_mistakes.of_steps(error)})
    return problem
