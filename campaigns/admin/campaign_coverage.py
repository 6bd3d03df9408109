"""Whether a campaign's texts can be written for its members: a page of the campaign."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns.models import Campaign, MessageTemplate
from campaigns.registry import variables as registry
from campaigns.rules.entries import BadEntry
from campaigns.rules.journeys import BadSteps
from campaigns.selectors.coverage import Coverage
from campaigns.services import coverages
from members.admin.base import ConsoleAdmin
from members.rules.conditions import BadCondition

MAY_SEE_MEMBERS = "members.view_member"


class CampaignCoverage(ConsoleAdmin):
    """For the page of campaigns."""

    def get_urls(self) -> list[URLPattern]:
        view = require_GET(self.admin_site.admin_view(self.coverage))
        own = path("<int:object_id>/coverage/", view, name="campaigns_campaign_coverage")
        return [own, *super().get_urls()]

    def coverage(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Tried on the members whom it would reach now."""
        campaign: Campaign | None = self.get_object(request, str(object_id))
        if campaign is None:
            raise Http404
        if not self.has_view_permission(request, campaign):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": campaign,
            "campaign": campaign,
            "title": _("Whom the texts can be written for"),
            **self._found(request, campaign),
        }
        return render(request, "console/campaign_coverage.html", context)

    def _found(self, request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
        try:
            found = coverages.of_campaign(campaign, at=self.now())
        except (BadSteps, BadEntry, BadCondition):
            return {"refusal": _("It can't be tried yet: audience or steps have to be mended.")}
        shows_cards = request.user.has_perm(MAY_SEE_MEMBERS)
        names = MessageTemplate.objects.in_bulk([one.template for one in found], field_name="code")
        return {"templates": [_told(one, names[one.template], shows_cards) for one in found]}


def _told(one: Coverage, template: MessageTemplate, shows_cards: bool) -> dict[str, Any]:
    languages = {"zh": _("Chinese"), "en": _("English")}
    return {
        "one": one,
        "name": template.name or template.code,
        "template": template,
        "is_sample": one.looked_count < one.members_count,
        "percent": 100 * one.written_count // one.looked_count if one.looked_count else 0,
        "readers": [(languages[code], count) for code, count in one.readers.items()],
        "cards": one.lacking_cards if shows_cards else (),
        "lacks": [
            {
                "label": registry.VARIABLES[lack.name].label,
                "lack": lack,
                "lacking_count": one.looked_count - lack.having_count,
                "cards": lack.lacking_cards if shows_cards else (),
            }
            for lack in one.lacks
            if lack.name in registry.VARIABLES
        ],
    }
