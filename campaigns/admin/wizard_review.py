"""Step 5 of the wizard: all of it as sentences, what is missing, and the question to a second
person."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from campaigns.admin import campaign_words
from campaigns.models import Campaign
from campaigns.services import campaign_checks


class AskForm(forms.Form):
    reason = forms.CharField(
        label=_("Why now, and what you checked"),
        max_length=500,
        help_text=_("Whoever decides reads it, and the auditor."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )


def shown(campaign: Campaign, *, at: datetime) -> dict[str, Any]:
    """For the template."""
    problems = campaign_checks.problems(campaign, at)
    can_ask = campaign.state in (Campaign.State.DRAFT, Campaign.State.PAUSED)
    return {
        "parts": campaign_words.parts(campaign),
        "problems": problems,
        "can_ask": can_ask and not problems,
        "waits": campaign.state == Campaign.State.IN_REVIEW,
    }
