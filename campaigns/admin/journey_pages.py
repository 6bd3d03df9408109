"""The page on which a journey is built, and on which a live one shows where its members are."""

import json
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from analytics.admin.dashboards.frame import WAITS
from analytics.admin.dashboards.reading import TooHeavy
from campaigns.admin import (
    journey_checks,
    journey_choices,
    journey_flows,
    journey_reading,
    journey_sentences,
)
from campaigns.models import Campaign
from campaigns.rules.journeys import BadSteps
from campaigns.services import campaign_versions, campaigns, journey_drafts
from members.admin import condition_fields, condition_words, dialogs
from members.admin.base import operator_of
from members.errors import DomainError
from members.registry import member_fields
from members.registry.fields import Words

_NAME = "campaigns_campaign_"
# Above what a draft may hold, so that a refusal can say so.
_MOST_BYTES = 1_000_000


class JourneyPages:
    """For the page of campaigns: a `ConsoleAdmin` that mixes it in."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        at = "<int:object_id>/journey/"
        own = [
            path(at, view(self.journey), name=f"{_NAME}journey"),
            path(
                f"{at}check/", view(require_POST(self.journey_check)), name=f"{_NAME}journey_check"
            ),
            path(f"{at}save/", view(require_POST(self.journey_save)), name=f"{_NAME}journey_save"),
            path(
                f"{at}condition/",
                view(require_POST(self.journey_condition)),
                name=f"{_NAME}journey_condition",
            ),
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def journey(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The builder of a draft; of what may not be changed now, the steps as they are lived."""
        campaign = self._campaign(request, object_id)
        may_build = self._may_build(request, campaign)
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "opts": self.opts,  # type: ignore[attr-defined]
            "title": _("Journey of “%(campaign)s”") % {"campaign": campaign},
            "original": campaign,
            "campaign": campaign,
            "entry": journey_sentences.entry_sentence(campaign),
            "exits": journey_sentences.exit_sentences(campaign),
            "goal": journey_sentences.goal_sentence(campaign),
            "may_build": may_build,
        }
        if may_build:
            context |= _builder(campaign)
            return TemplateResponse(request, "console/journey.html", context)
        try:
            context |= _lived(campaign, request, self.now())  # type: ignore[attr-defined]
        except TooHeavy as error:
            # The page waited for it already, and says why there is nothing.
            context |= {"refusal": dialogs.refusal(error)}
            return TemplateResponse(request, "console/journey.html", context, status=error.status)
        return TemplateResponse(request, "console/journey.html", context)

    def journey_check(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What was built, read: sentences and mistakes by place. Nothing is kept."""
        campaign = self._buildable(request, object_id)
        sent = _sent(request)
        if sent is None:
            return _unreadable()
        return JsonResponse(_checked(campaign, sent))

    def journey_save(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Keeps the steps, unless somebody else changed the campaign since it was opened."""
        campaign = self._buildable(request, object_id)
        sent = _sent(request)
        if sent is None:
            return _unreadable()
        try:
            kept = journey_drafts.save(
                campaign_id=campaign.pk,
                steps=sent["steps"],
                exits=sent["exits"],
                expected=str(sent.get("expected", "")),
                actor=operator_of(request),
                at=self.now(),  # type: ignore[attr-defined]
            )
        except DomainError as error:
            return _refused(error, object_id)
        return JsonResponse({"fingerprint": campaigns.fingerprint(kept), **_checked(kept, sent)})

    def journey_condition(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The condition of a branch as a sentence, while somebody sets it."""
        self._buildable(request, object_id)
        text = request.POST.get("condition", "")
        return JsonResponse(condition_fields.spoken(text, member_fields.vocabulary()))

    def _campaign(self, request: HttpRequest, object_id: int) -> Campaign:
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        found: Campaign = get_object_or_404(
            self.get_queryset(request),  # type: ignore[attr-defined]
            pk=object_id,
        )
        return found

    def _buildable(self, request: HttpRequest, object_id: int) -> Campaign:
        if not request.user.has_perm("campaigns.change_campaign"):
            raise PermissionDenied
        return self._campaign(request, object_id)

    def _may_build(self, request: HttpRequest, campaign: Campaign) -> bool:
        may_change = request.user.has_perm("campaigns.change_campaign")
        is_asked = "version" in request.GET
        return may_change and campaign.state in campaigns.EDITABLE and not is_asked


def _builder(campaign: Campaign) -> dict[str, Any]:
    words = Words(member_fields.vocabulary())
    editor = render_to_string(
        "console/condition_editor.html",
        {
            "widget": {"name": "condition", "value": ""},
            "editor": condition_words.editor(words, digits=member_fields.digits()),
            "url": reverse(f"admin:{_NAME}journey_condition", args=[campaign.pk]),
            "id": "journey-condition",
        },
    )
    steps = campaign.steps if isinstance(campaign.steps, list) else []
    exits = campaign.exits if isinstance(campaign.exits, list) else []
    known = {
        **journey_choices.of(campaign),
        "steps": steps,
        "exits": exits,
        "fingerprint": campaigns.fingerprint(campaign),
        "checked": _checked(campaign, {"steps": steps, "exits": exits}),
        "check": reverse(f"admin:{_NAME}journey_check", args=[campaign.pk]),
        "save": reverse(f"admin:{_NAME}journey_save", args=[campaign.pk]),
        "here": reverse(f"admin:{_NAME}journey", args=[campaign.pk]),
        "newText": reverse("admin:campaigns_messagetemplate_add"),
        "newSystem": reverse("admin:campaigns_webhookendpoint_add"),
    }
    return {"known": known, "condition_editor": editor}


def _lived(campaign: Campaign, request: HttpRequest, at: datetime) -> dict[str, Any]:
    """The steps of the version asked for, or of the newest one, with where members are.

    Raises: TooHeavy, where the page waits for the figures and they take too long.
    """
    versions = list(campaign.versions.order_by("-number")[:20])
    asked = request.GET.get("version", "")
    chosen = next((one for one in versions if str(one.number) == asked), None)
    version = chosen or next((one for one in versions if one.pk == campaign.version_id), None)
    if version is None:
        return {"lines": _draft_lines(campaign), "versions": []}
    shown = {"version": version, "versions": versions}
    if request.headers.get(WAITS) == "1":
        seconds = journey_reading.TIMEOUT_SECONDS
        counts = journey_reading.read(version, at=at, seconds=seconds)
    else:
        try:
            counts = journey_reading.at_once(version, at=at)
        except TooHeavy:
            return {**shown, "waits": journey_reading.TIMEOUT_SECONDS}
    return {
        **shown,
        "lines": journey_flows.of_version(version, counts),
        "totals": journey_flows.totals(counts),
        "left": journey_flows.reasons(counts.members, "EXITED", "EXCLUDED"),
        "silent": journey_flows.silent(counts),
        "as_of": date_format(localtime(counts.at), "DATETIME_FORMAT"),
        "is_old": journey_reading.is_old(counts, at),
    }


def _draft_lines(campaign: Campaign) -> list[journey_flows.Shown]:
    try:
        return journey_flows.of_draft(campaign)
    except BadSteps:
        return []


def _checked(campaign: Campaign, sent: dict[str, Any]) -> dict[str, Any]:
    arms = campaign_versions.content_arms(campaign)
    shares = {one["code"]: one["share"] for one in arms}
    return journey_checks.check(sent["steps"], sent["exits"], shares=shares).document()


def _sent(request: HttpRequest) -> dict[str, Any] | None:
    """What the builder posted; None, where it isn't that."""
    if len(request.body) > _MOST_BYTES:
        return None
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(sent, dict):
        return None
    return sent if journey_drafts.can_be_kept(sent.get("steps"), sent.get("exits")) else None


def _unreadable() -> HttpResponse:
    return JsonResponse({"message": _("These steps can't be read: build them again.")}, status=400)


def _refused(error: DomainError, campaign_id: int) -> HttpResponse:
    """With the fingerprint of what is there now, so that whoever means it may save over it."""
    told: dict[str, Any] = {"message": dialogs.refusal(error), "code": error.code}
    if isinstance(error, campaigns.ChangedMeanwhile):
        told["fingerprint"] = campaigns.fingerprint(Campaign.objects.get(pk=campaign_id))
    return JsonResponse(told, status=error.status)
