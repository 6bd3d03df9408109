"""The pages of the wizard: the gallery, and five steps on the row of a draft.

Each step is saved when it is left, whichever way; who was overtaken by another is told so.
"""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.admin import (
    campaign_words,
    wizard_conflicts,
    wizard_gallery,
    wizard_review,
    wizard_texts,
)
from campaigns.admin.wizard_audience import AudienceForm
from campaigns.admin.wizard_conflicts import Conflict
from campaigns.admin.wizard_content import ContentForm
from campaigns.admin.wizard_forms import StepForm
from campaigns.admin.wizard_goal import GoalForm
from campaigns.admin.wizard_guards import GuardsForm
from campaigns.models import Campaign
from campaigns.services import campaign_checks, campaigns, recipes
from campaigns.services.campaigns import ChangedMeanwhile
from loyalty.services import programs
from members.admin import dialogs
from members.admin.base import ConsoleAdmin, operator_of
from members.errors import DomainError

CONTENT, REVIEW = 3, 5
TITLES = {
    1: _("Goal"),
    2: _("Audience"),
    3: _("Content and offer"),
    4: _("Guard-rails"),
    REVIEW: _("Review"),
}
LEADS = {
    1: _("What should come of it, and how will you know?"),
    2: _("When does it begin, and for whom?"),
    3: _("What do members read, and what do they get?"),
    4: _("What keeps it from disturbing anybody, or costing too much?"),
    REVIEW: _("All of it in sentences, and what would happen now."),
}
FORMS: dict[int, type[StepForm]] = {
    1: GoalForm,
    2: AudienceForm,
    3: ContentForm,
    4: GuardsForm,
}
_NAME = "campaigns_campaign_"


def step_of(campaign: Campaign, step: int) -> str:
    """The address of a step."""
    return reverse(f"admin:{_NAME}step", args=[campaign.pk, step])


def page_of(campaign_id: Any) -> str:
    return reverse(f"admin:{_NAME}change", args=[campaign_id])


class WizardPages(ConsoleAdmin):
    """For the page of campaigns."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.step)
        return [
            path("<int:object_id>/step/<int:step>/", view, name=f"{_NAME}step"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The gallery; choosing a recipe, or none, makes a draft."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._begin(request)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("What do you want to do?"),
            **wizard_gallery.shown(),
        }
        return render(request, "console/campaign_gallery.html", context)

    def step(self, request: HttpRequest, object_id: int, step: int) -> HttpResponse:
        if step not in TITLES:
            raise Http404
        campaign = self._draft(request, object_id)
        if campaign.state not in campaigns.EDITABLE:
            messages.info(request, gettext("It runs, or is over: pause it first, or copy it."))
            return HttpResponseRedirect(page_of(campaign.pk))
        # Days and hours are those of the programme's clock.
        with timezone.override(programs.kept().zone):
            if step == REVIEW:
                return self._review(request, campaign)
            return self._form(request, campaign, step)

    def _begin(self, request: HttpRequest) -> HttpResponse:
        try:
            made = wizard_gallery.begin(
                posted=request.POST, actor=operator_of(request), at=self.now()
            )
        except DomainError as error:
            messages.error(request, dialogs.refusal(error))
            return HttpResponseRedirect(request.path)
        if made is None:
            return HttpResponseRedirect(reverse(f"admin:{_NAME}changelist"))
        return HttpResponseRedirect(step_of(made, 1))

    def _draft(self, request: HttpRequest, object_id: int) -> Campaign:
        found: Campaign | None = self.get_object(request, str(object_id))
        if found is None:
            raise Http404
        if not self.has_change_permission(request, found):
            raise PermissionDenied
        # Asked for by the form and by its fingerprint.
        prefetch_related_objects([found], "stores")
        return found

    def _form(self, request: HttpRequest, campaign: Campaign, step: int) -> HttpResponse:
        if request.method != "POST":
            form = FORMS[step](campaign=campaign)
            form.initial["seen"] = campaigns.fingerprint(campaign)
            return self._shown(request, campaign, step, form=form)
        form = FORMS[step](request.POST, campaign=campaign)
        conflict = None
        if form.is_valid():
            try:
                return self._saved(request, campaign, step, form)
            except ChangedMeanwhile:
                conflict = wizard_conflicts.of(form, campaign)
            except DomainError as error:
                form.add_error(None, dialogs.refusal(error))
        return self._shown(request, campaign, step, form=form, conflict=conflict)

    def _saved(
        self, request: HttpRequest, campaign: Campaign, step: int, form: StepForm
    ) -> HttpResponse:
        """Raises: what the service refuses."""
        target = _target(request, step)
        campaigns.change(
            campaign_id=campaign.pk,
            values={**form.values(), "wizard_step": target or step},
            store_ids=form.store_ids(),
            actor=operator_of(request),
            at=self.now(),
            expected=request.POST.get("overwrite") or form.cleaned_data["seen"],
        )
        if target == 0:
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect(page_of(campaign.pk))
        return HttpResponseRedirect(step_of(campaign, target))

    def _shown(
        self,
        request: HttpRequest,
        campaign: Campaign,
        step: int,
        *,
        form: StepForm,
        conflict: Conflict | None = None,
    ) -> HttpResponse:
        context = {
            **self._around(request, campaign, step),
            "form": form,
            "sections": list(form.shown()),
            "media": self.media + form.media,
            "conflict": conflict,
            **(_flow(campaign) if step == CONTENT else {}),
            "recipe": recipes.RECIPES.get(campaign.recipe) if step == 1 else None,
            **(_open(campaign, step, at=self.now()) if request.method == "GET" else {}),
        }
        return render(request, "console/campaign_step.html", context)

    def _review(self, request: HttpRequest, campaign: Campaign) -> HttpResponse:
        """All of it; asking for approval is sent from here."""
        context = self._around(request, campaign, REVIEW)
        if request.method == "POST" and "go" in request.POST:
            return HttpResponseRedirect(step_of(campaign, _target(request, REVIEW) or REVIEW))
        if request.method == "POST":
            form = wizard_review.AskForm(request.POST)
            if form.is_valid():
                try:
                    asked = campaigns.submit(
                        campaign_id=campaign.pk,
                        reason=form.cleaned_data["reason"],
                        maker=operator_of(request),
                        at=self.now(),
                    )
                except DomainError as error:
                    form.add_error(None, dialogs.refusal(error))
                else:
                    messages.success(request, gettext("Another person was asked to approve it."))
                    address = reverse("admin:members_approvalrequest_change", args=[asked.pk])
                    may_see = request.user.has_perm("members.view_approvalrequest")
                    return HttpResponseRedirect(address if may_see else page_of(campaign.pk))
        else:
            form = wizard_review.AskForm()
        shown = wizard_review.shown(campaign, at=self.now())
        return render(request, "console/campaign_review.html", {**context, **shown, "form": form})

    def _around(self, request: HttpRequest, campaign: Campaign, step: int) -> dict[str, Any]:
        """The head of each step."""
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": campaign,
            "campaign": campaign,
            "title": campaign.name or campaign.code,
            "step": step,
            "step_title": TITLES[step],
            "lead": LEADS[step],
            "steps": [
                {"number": number, "title": title, "is_now": number == step}
                for number, title in TITLES.items()
            ],
            "last_form": REVIEW - 1,
            "page": page_of(campaign.pk),
            "is_fresh": campaign.state == Campaign.State.DRAFT,
        }


def _flow(campaign: Campaign) -> dict[str, Any]:
    """The steps as sentences, and the page on which they are built."""
    part = next(one for one in campaign_words.parts(campaign) if one.step == CONTENT)
    return {
        "flow": part.flow,
        "flow_lines": part.lines,
        "builder": reverse(f"admin:{_NAME}journey", args=[campaign.pk]),
        "test_choices": wizard_texts.test_choices(),
    }


def _open(campaign: Campaign, step: int, *, at: datetime) -> dict[str, Any]:
    """What a recipe, or somebody who was here before, left to be said in this step; at the first
    also which step has more of it. Nobody is told of a step that they see for the first time."""
    if not campaign.recipe and campaign.wizard_step <= step:
        return {}
    is_first = bool(campaign.recipe) and step == 1
    steps = campaign_checks.STEPS if is_first else (step,)
    found = wizard_review.missing(campaign, at=at, steps=steps)
    later = next((one.step for one in found if one.step > step), 0)
    return {
        "missing": list(dict.fromkeys(str(one.text) for one in found if one.step == step)),
        "later": {"number": later, "title": TITLES[later]} if later else None,
    }


def _target(request: HttpRequest, step: int) -> int:
    """Where to go on: a step that was chosen, the one before or behind; 0: to the page."""
    asked = request.POST.get("go", "")
    if asked == "page":
        return 0
    if asked.isdecimal() and len(asked) == 1 and int(asked) in TITLES:
        return int(asked)
    return min(step + 1, REVIEW)
