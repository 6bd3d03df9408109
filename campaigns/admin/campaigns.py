"""Campaigns: the list, the gallery and the wizard, and the page of one. See docs/campaigns.md."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from campaigns.admin import campaign_words
from campaigns.admin.campaign_calendar import CampaignCalendar
from campaigns.admin.campaign_coverage import CampaignCoverage
from campaigns.admin.campaign_pages import CampaignPages
from campaigns.admin.effect_pages import EffectPages
from campaigns.admin.journey_pages import JourneyPages
from campaigns.admin.story_pages import StoryPages
from campaigns.admin.wizard_previews import WizardPreviews
from campaigns.admin.wizard_texts import WizardTexts
from campaigns.models import Campaign
from campaigns.selectors import run_progress
from members.admin import labels
from members.admin.base import ConsoleChangeList


class CampaignChangeList(ConsoleChangeList):
    """How far live runs are is read once for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        percents = run_progress.percents([row.pk for row in self.result_list])
        for row in self.result_list:
            row.percent = percents.get(row.pk)


@admin.register(Campaign)
class CampaignAdmin(
    StoryPages,
    EffectPages,
    JourneyPages,
    CampaignCalendar,
    CampaignCoverage,
    WizardPreviews,
    WizardTexts,
    CampaignPages,
):
    class Media:
        css = {"all": ("console/campaigns.css",)}

    empty_hint = _(
        "Add a campaign: choose a recipe that is ready to run, or start empty. A second person "
        "approves it before anybody is written to."
    )
    list_display = (
        "shown_name", "shown_goal", "shown_begins", "shown_state", "shown_next", "shown_progress",
    )  # fmt: skip
    list_display_links = ("shown_name",)
    list_filter = ("state", "goal", "entry")
    list_select_related = ("segment", "version", "created_by")
    search_fields = ("code", "name_zh", "name_en", "description")
    search_help_text = _("Code, name or a word of what it does")
    ordering = ("-id",)
    actions_list = ("calendar_link",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConsoleChangeList]:
        return CampaignChangeList

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Its messages keep naming it.
        return False

    @display(description=_("campaign"), header=True, ordering="name_zh")
    def shown_name(self, campaign: Campaign) -> list[str]:
        return [campaign.name or campaign.code, campaign.code]

    @display(description=_("goal"), ordering="goal")
    def shown_goal(self, campaign: Campaign) -> str:
        return str(campaign.get_goal_display())

    @display(description=_("begins"), ordering="entry")
    def shown_begins(self, campaign: Campaign) -> str:
        return str(campaign.get_entry_display())

    @display(description=_("state"), ordering="state", label=campaign_words.STATE_COLORS)
    def shown_state(self, campaign: Campaign) -> labels.Label:
        return labels.label(campaign.state, campaign.get_state_display())

    @display(description=_("next run"), ordering="next_run_at")
    def shown_next(self, campaign: Campaign) -> str | None:
        if campaign.next_run_at is None:
            return None
        return date_format(localtime(campaign.next_run_at), "SHORT_DATETIME_FORMAT")

    @display(description=_("progress"))
    def shown_progress(self, campaign: Campaign) -> str | None:
        percent = getattr(campaign, "percent", None)
        if percent is None:
            return None
        return render_to_string("console/progress.html", {"percent": percent})
