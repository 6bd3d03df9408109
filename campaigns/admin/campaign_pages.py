"""The page of a campaign: what it does, how far it is, its runs and its approvals."""

from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET

from campaigns.admin import (
    approval_figures,
    approval_words,
    campaign_progress,
    campaign_words,
    journey_sentences,
    wizard_forecast,
)
from campaigns.admin.campaign_acts import CampaignActs
from campaigns.models import Campaign, Run
from campaigns.rules.entries import BadEntry
from campaigns.rules.journey_steps import Kind
from campaigns.rules.journeys import BadSteps
from campaigns.selectors import gate_facts, gift_worth, run_progress
from campaigns.services import campaign_approvals, campaign_versions, campaigns, forecasts
from loyalty.services import programs
from members.models import ApprovalRequest
from members.rules.conditions import BadCondition

RUNS = APPROVALS = 20
FRESH_SECONDS = 2
_NAME = "campaigns_campaign_"


class CampaignPages(CampaignActs):
    """For the page of campaigns."""

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:object_id>/{name}/",
                require_GET(self.admin_site.admin_view(view)),
                name=f"{_NAME}{name}",
            )
            for name, view in (("progress", self.progress), ("forecast", self.forecast))
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        campaign = self._seen(request, object_id)
        with timezone.override(programs.current().zone):
            return render(request, "console/campaign.html", self._page(request, campaign))

    def progress(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """How far it is, for the script of the page."""
        campaign = self._seen(request, str(object_id))
        run = _run(request, campaign)
        return JsonResponse(
            {
                "campaign_state": campaign.state,
                "campaign_state_text": str(campaign.get_state_display()),
                "run": None if run is None else _fresh(run, self.now()),
                "is_changing": campaign_progress.is_changing(campaign, run),
            }
        )

    def forecast(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What would happen now: it asks every member of the audience, so the page comes first."""
        campaign = self._seen(request, str(object_id))
        try:
            found = forecasts.forecast(campaign_id=campaign.pk, at=self.now())
        except (BadSteps, BadEntry, BadCondition):
            refusal = gettext("It can't be forecast yet: something is missing.")
            return render(request, "console/campaign_forecast.html", {"refusal": refusal})
        flow = campaign_versions.flow_of(campaign)
        context = wizard_forecast.shown(
            found,
            sentences=journey_sentences.of_flow(flow),
            unpriced=gift_worth.unpriced(flow),
            has_prices=bool(gate_facts.contact_policy().costs),
            gives=bool(flow.of_kind(Kind.GRANT)),
        )
        return render(request, "console/campaign_forecast.html", context)

    def _seen(self, request: HttpRequest, object_id: str) -> Campaign:
        found: Campaign | None = self.get_object(request, object_id)
        if found is None:
            raise Http404
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        return found

    def _page(self, request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
        run, at = _run(request, campaign), self.now()
        asked = _asked(campaign, request)
        may_change = self.has_change_permission(request, campaign)
        is_editable = campaign.state in campaigns.EDITABLE
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": campaign,
            "campaign": campaign,
            "title": campaign.name or campaign.code,
            "color": campaign_words.STATE_COLORS.get(campaign.state, "info"),
            "icon": campaign_words.GOAL_ICONS.get(campaign.goal, "campaign"),
            "parts": campaign_words.parts(campaign),
            "links": may_change and is_editable,
            "go_on": _go_on(campaign) if may_change and is_editable else "",
            "run": run,
            "progress": campaign_progress.shown(run, at=at) if run else None,
            "is_changing": campaign_progress.is_changing(campaign, run),
            "runs": _runs(campaign),
            "asked": asked,
            "otherwise": approval_words.otherwise(campaign, [one["row"] for one in asked]),
            "waiting": next((one for one in asked if one["may_decide"]), None),
            "approved_liability": _liability(campaign),
            "each_run": approval_figures.is_each_run(campaign),
            "actions_detail": self._get_actions_navigation(
                self.actions_detail, self.get_actions_detail(request, campaign.pk), str(campaign.pk)
            ),
        }


def _fresh(run: Run, at: datetime) -> dict[str, Any]:
    """However many look at one run, its members are counted once in two seconds."""
    key = f"campaigns.progress:{run.pk}:{run.state}:{get_language()}"
    found: dict[str, Any] = cache.get_or_set(
        key, lambda: campaign_progress.shown(run, at=at), FRESH_SECONDS
    )
    return found


def _run(request: HttpRequest, campaign: Campaign) -> Run | None:
    """The run that the address names, else the one to look at."""
    asked = request.GET.get("run", "")
    if asked.isascii() and asked.isdecimal() and len(asked) < 19:
        found: Run | None = Run.objects.filter(campaign=campaign, pk=asked).first()
        if found is not None:
            return found
    return run_progress.newest(campaign)


def _runs(campaign: Campaign) -> list[Run]:
    rows = Run.objects.filter(campaign=campaign).select_related("version", "job")
    return list(rows.order_by("-pk")[:RUNS])


def _asked(campaign: Campaign, request: HttpRequest) -> list[dict[str, Any]]:
    """Requests for approval, the newest first, with their page for those who may open it."""
    rows = ApprovalRequest.objects.filter(
        action=campaign_approvals.ACTION, target_id=campaign.pk
    ).select_related("maker", "checker")
    may_open = request.user.has_perm("members.view_approvalrequest")
    return [
        {
            "row": one,
            "url": reverse("admin:members_approvalrequest_change", args=[one.pk])
            if may_open
            else "",
            "may_decide": one.status == ApprovalRequest.Status.PENDING
            and one.maker_id != request.user.pk
            and request.user.has_perm("members.decide_approvalrequest"),
        }
        for one in rows.order_by("-pk")[:APPROVALS]
    ]


def _go_on(campaign: Campaign) -> str:
    """The wizard where somebody left it."""
    step = min(max(campaign.wizard_step, 1), 5)
    return reverse(f"admin:{_NAME}step", args=[campaign.pk, step])


def _liability(campaign: Campaign) -> str:
    if campaign.approved_liability_amount is None:
        return ""
    return campaign_words.amount(campaign.approved_liability_amount)
