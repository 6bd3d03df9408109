"""Why a member did, or didn't, get what a campaign sends: a page to look one up on, and the tab of
the member's page. Who is asked about stands in the address by number, never by name or phone."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.admin import segment_why, segment_words
from campaigns.admin import delivery_words, story_words
from campaigns.models import Campaign
from campaigns.selectors import campaign_stories
from campaigns.selectors.campaign_stories import Story
from campaigns.services import standings
from campaigns.services.standings import Standing, Told
from members.admin import condition_sentences
from members.admin.base import operator_of
from members.models import Member
from members.registry.fields import Words
from members.rules.conditions import LeafResult
from members.selectors import member_conditions, scopes
from members.selectors import members as member_selectors

# Whoever may read campaigns is told the variant; at the counter it would be gossip.
READS = "campaigns.view_campaign"


class WhoForm(forms.Form):
    """A whole phone, card number or e-mail; of one's own stores also less."""

    text = forms.CharField(label=gettext_lazy("Phone, card number or e-mail"), max_length=120)


class StoryPages:
    """For the page of campaigns: a `ConsoleAdmin` that mixes it in."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = path("<int:object_id>/why/", view(self.why), name="campaigns_campaign_why")
        return [own, *super().get_urls()]  # type: ignore[misc]

    def why(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What was typed is posted, and leads to the address with the member's number."""
        may_see = request.user.has_perm("members.view_member")
        if not (self.has_view_permission(request) and may_see):  # type: ignore[attr-defined]
            raise PermissionDenied
        rows = Campaign.objects.select_related("segment", "version")
        campaign = get_object_or_404(rows, pk=object_id)
        form, found = WhoForm(request.POST or None), []
        if request.method == "POST" and form.is_valid():
            found = _looked_up(request, form.cleaned_data["text"])
            if len(found) == 1:
                return HttpResponseRedirect(f"?member={found[0].pk}")
        # Who was looked at before isn't the answer to another question.
        is_led = request.method == "GET" and "member" in request.GET
        member = _member(request) if is_led else None
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "opts": self.opts,  # type: ignore[attr-defined]
            "title": _("Who got “%(campaign)s”, and why not") % {"campaign": campaign},
            "original": campaign,
            "campaign": campaign,
            "form": form,
            "found": found,
            "was_asked": request.method == "POST",
            "back": reverse("admin:campaigns_campaign_change", args=[campaign.pk]),
        }
        if member is not None:
            context |= told(campaign, member, request, at=self.now())  # type: ignore[attr-defined]
        return TemplateResponse(request, "console/campaign_why.html", context)


def told(
    campaign: Campaign, member: Member, request: HttpRequest, *, at: datetime
) -> dict[str, Any]:
    """What the template needs of one member in one campaign."""
    ways = campaign_stories.stories(member_id=member.pk, campaign_id=campaign.pk)
    standing = standings.standing(campaign=campaign, member=member, at=at)
    return {
        "member": member,
        "stories": [shown(one, request) for one in ways],
        "standing": standing,
        "audience": _audience(campaign, member, standing, at=at),
        "gate": _gates(standing),
    }


def shown(story: Story, request: HttpRequest) -> dict[str, Any]:
    """One story for the template."""
    may_read = request.user.has_perm(READS)
    return {
        "campaign": story.enrollment.campaign,
        "url": reverse("admin:campaigns_campaign_change", args=[story.enrollment.campaign_id])
        if may_read
        else "",
        "sentences": story_words.sentences(story, shows_arm=may_read),
        "state": story.enrollment.get_state_display(),
        "is_live": story.enrollment.state in story.enrollment.LIVE,
    }


def _looked_up(request: HttpRequest, text: str) -> list[Member]:
    scope = scopes.scope_for(operator_of(request))
    return member_selectors.lookup(text=text, stores=scope.store_ids)


def _member(request: HttpRequest) -> Member:
    """Of the operator's own stores, or whoever was looked up in full: as the member's page."""
    number = request.GET["member"]
    if not number.isdecimal() or len(number) > 18:
        raise Http404
    rows = Member.objects.select_related("key", "store")
    found: Member = get_object_or_404(rows, pk=int(number))
    return member_selectors.survivor(found)


def _audience(
    campaign: Campaign, member: Member, standing: Standing, *, at: datetime
) -> dict[str, Any]:
    """What of the audience is met, and what isn't."""
    said = segment_words.words()
    return {
        "segment": segment_why.told(campaign.segment, member, at=at)
        if campaign.segment is not None and standing.segment is not None
        else None,
        "leaves": _leaves(campaign, standing, said),
        "reason": segment_words.why_not_asked(standing.condition.reason)
        if standing.condition is not None
        else "",
    }


def _leaves(campaign: Campaign, standing: Standing, said: Words) -> list[dict[str, Any]]:
    if standing.condition is None:
        return []
    leaves = member_conditions.read(campaign.condition).leaves
    return [
        {
            "asked": condition_sentences.leaf(leaf, said),
            "is_met": result.is_met,
            "seen": _seen(result, said),
        }
        for leaf, result in zip(leaves, standing.condition.leaves, strict=True)
    ]


def _seen(result: LeafResult, said: Words) -> str:
    if result.seen is None:
        return _("nothing known")
    if isinstance(result.seen, list | tuple | set | frozenset) and not result.seen:
        return _("none")
    return condition_sentences.value_text(result.field, result.seen, said)


def _gates(standing: Standing) -> list[dict[str, Any]]:
    """Each channel once, where several messages are told the same."""
    found: list[dict[str, Any]] = []
    for one in standing.gate:
        if (said := _gate(one)) not in found:
            found.append(said)
    return found


def _gate(one: Told) -> dict[str, Any]:
    reason = one.verdict.reason.value if one.verdict.reason else ""
    until = one.verdict.retry_at
    return {
        "medium": delivery_words.medium(one.medium),
        "passes": not reason,
        "reason": delivery_words.reason(reason) if reason else "",
        "until": date_format(localtime(until), "SHORT_DATETIME_FORMAT") if until else "",
        "hint": story_words.hint(reason),
    }
