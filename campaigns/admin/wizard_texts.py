"""The texts of a campaign as members will read them, and tests of them: in the wizard, where they
are chosen, and on the campaign's page, where a second person reads what is asked for."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.admin import template_previews, template_test_words
from campaigns.models import Campaign, MessageTemplate
from campaigns.rules import journeys
from campaigns.rules.journey_steps import Kind, Message
from campaigns.rules.journeys import BadSteps
from campaigns.services import (
    campaign_versions,
    campaigns,
    template_fitness,
    template_tests,
    templates,
)
from campaigns.services.template_previews import Occasion
from members.admin import dialogs
from members.admin.base import ConsoleAdmin, operator_of
from members.errors import DomainError
from members.models import Consent

SEE, WRITE = "campaigns.view_messagetemplate", "campaigns.change_messagetemplate"
SELF = "SELF"
_NAME = "campaigns_campaign_"


def test_choices() -> list[tuple[str, Any]]:
    """Where a test can go: to the operator, or to the test cards by a channel."""
    names = dict(Consent.Medium.choices)
    cards = [
        (one, _("test cards, by %(channel)s") % {"channel": names[one]})
        for one in template_tests.MEDIA
    ]
    return [(SELF, _("my own e-mail address")), *cards]


class WizardTexts(ConsoleAdmin):
    """For the page of campaigns."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path(
                "<int:object_id>/texts/",
                require_http_methods(["GET", "POST"])(view(self.texts)),
                name=f"{_NAME}texts",
            ),
            path("<int:object_id>/test/", require_POST(view(self.test)), name=f"{_NAME}test"),
            *super().get_urls(),
        ]

    def texts(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The template that is posted, as it is kept; else all of the campaign's. A card is posted
        too: it belongs in no address."""
        campaign: Campaign | None = self.get_object(request, str(object_id))
        if campaign is None:
            raise Http404
        if not (self.has_view_permission(request, campaign) and request.user.has_perm(SEE)):
            raise PermissionDenied
        code = request.POST.get("template", "").replace("\0", "")
        kept = _row(code) if request.method == "POST" else _of_campaign(campaign)
        occasion = _occasion(request, campaign)
        parts = [
            {
                "row": row,
                "url": reverse("admin:campaigns_messagetemplate_change", args=[row.pk]),
                **template_previews.shown(request, texts, of=occasion, at=self.now()),
            }
            for row, texts in kept
        ]
        may_write = request.user.has_perm(WRITE) and campaign.state in campaigns.EDITABLE
        context = {"parts": parts, "is_one": request.method == "POST", "may_write": may_write}
        return render(request, "console/campaign_texts_shown.html", context)

    def test(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A test of the template that is posted, as the page of templates sends it."""
        campaign: Campaign | None = self.get_object(request, str(object_id))
        if campaign is None:
            raise Http404
        if not (self.has_change_permission(request, campaign) and request.user.has_perm(WRITE)):
            raise PermissionDenied
        row = next((row for row, _texts in _row(request.POST.get("template", ""))), None)
        if row is None:
            said = [(False, gettext("Choose a template first."))]
        else:
            said = self._sent(request, row, request.POST.get("to", ""))
        return render(request, "console/campaign_test_said.html", {"said": said})

    def _sent(self, request: HttpRequest, row: MessageTemplate, to: str) -> list[tuple[bool, str]]:
        asked: dict[str, Any] = {"template_id": row.pk, "actor": operator_of(request)}
        try:
            if to in template_tests.MEDIA:
                found = template_tests.send_to_members(**asked, medium=to, at=self.now())
            else:
                found = template_tests.send_to_self(**asked, at=self.now())
        except DomainError as error:
            return [(False, str(dialogs.refusal(error)))]
        return list(template_test_words.told(found))


def _occasion(request: HttpRequest, campaign: Campaign) -> Occasion:
    """What its steps give; in the wizard what is chosen there just now, saved or not."""
    gifts: list[Mapping[str, Any]] = []
    if what := request.POST.get("gift"):
        said = {
            name: request.POST.get(name, "").replace("\0", "")[:60] for name in ("code", "points")
        }
        points = int(said["points"][:9]) if said["points"].isdecimal() else 0
        gifts = [{"what": what, "code": said["code"], "points": points}]
    elif what is None:
        steps = journeys.written_steps(campaign.steps)
        gifts = [one for one in steps if one.get("kind") == Kind.GRANT.value]
    kinds = {str(one.get("what") or "") for one in gifts}
    return Occasion(template_fitness.offered_with(campaign, kinds), gifts)


def _row(code: str) -> Iterator[tuple[MessageTemplate, Mapping[str, Any]]]:
    for row in MessageTemplate.objects.filter(code=code.replace("\0", "")):
        yield row, templates.freeze(row)


def _of_campaign(campaign: Campaign) -> Iterator[tuple[MessageTemplate, Mapping[str, Any]]]:
    """Each template that its steps name; of what was approved, the texts that were approved."""
    frozen: Mapping[str, Any] = {}
    if campaign.version is not None and campaign.state not in campaigns.EDITABLE:
        frozen = campaign.version.content.get("texts") or {}
        codes = list(frozen)
    else:
        codes = _codes(campaign)
    rows = MessageTemplate.objects.in_bulk(codes, field_name="code")
    for code in codes:
        if code in rows:
            yield rows[code], frozen.get(code) or templates.freeze(rows[code])


def _codes(campaign: Campaign) -> list[str]:
    try:
        flow: journeys.Flow = campaign_versions.flow_of(campaign)
    except BadSteps:
        # One step isn't complete yet: the texts of the others can be read all the same.
        return [
            str(one["template"])
            for one in campaign.steps
            if one.get("kind") == Kind.MESSAGE.value and one.get("template")
        ]
    found = [one.template for one in flow.of_kind(Kind.MESSAGE) if isinstance(one, Message)]
    return list(dict.fromkeys(found))
