"""The page of a campaign's effect, and its file. It reads; figures name nobody."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics.admin.dashboards import cells, files, tiles
from analytics.admin.dashboards.charts import As, Chart, Part
from analytics.admin.dashboards.dashboards import Content
from analytics.admin.dashboards.frame import WAITS
from analytics.admin.dashboards.reading import TooHeavy
from campaigns.admin import effect_charts, effect_reading, effect_words
from campaigns.admin.effect_forms import EffectForm
from campaigns.admin.effect_reading import Read
from campaigns.models import Campaign
from campaigns.rules.effects import Rung
from campaigns.selectors.effects import Effect
from loyalty.services import programs
from members.admin import dialogs
from members.admin.base import operator_of
from members.selectors import scopes

_LEFT_ALIGNED = (As.TEXT, As.DAY, As.MONTH)
# The ladder is drawn, with its reasons; as tables they are in the file.
_DRAWN = ("ladder", "losses")
# The last column says what a row counts: on the page the tiles do.
_EXPLAINED = ("sales",)


class EffectPages:
    """For the page of campaigns: a `ConsoleAdmin` that mixes it in."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = path(
            "<int:object_id>/effect/",
            view(require_safe(self.effect)),
            name="campaigns_campaign_effect",
        )
        return [own, *super().get_urls()]  # type: ignore[misc]

    def effect(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The effect as the address narrows it; with `as=xlsx` or `as=csv` its file."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        campaign = get_object_or_404(Campaign.objects.select_related("version"), pk=object_id)
        form = EffectForm(
            request.GET, campaign=campaign, scope=scopes.scope_for(operator_of(request))
        )
        context = {"campaign": campaign, "form": form}
        if not form.is_valid():
            return self._effect_page(
                request, {**context, "refusal": _("Mend the filters marked red.")}
            )
        waits = request.headers.get(WAITS) == "1" or "as" in request.GET
        try:
            read = self._effect_read(campaign, form, waits)
        except TooHeavy as error:
            if not waits:
                return self._effect_page(
                    request, {**context, "waits": effect_reading.TIMEOUT_SECONDS}
                )
            refused = {**context, "refusal": dialogs.refusal(error)}
            return self._effect_page(request, refused, status=error.status)
        kind = request.GET.get("as", "")
        content = effect_charts.content(read.effect, is_whole=bool(kind))
        if kind:
            return _file(kind, campaign, form, read.effect, content)
        is_old = read.is_old(self.now())  # type: ignore[attr-defined]
        shown = _shown(read.effect, content, request.GET)
        return self._effect_page(request, {**context, **shown, "is_old": is_old})

    def _effect_read(self, campaign: Campaign, form: EffectForm, waits: bool) -> Read:
        at = self.now()  # type: ignore[attr-defined]
        if not waits:
            return effect_reading.at_once(campaign, form.asked(), at=at)
        seconds = effect_reading.TIMEOUT_SECONDS
        return effect_reading.read(campaign, form.asked(), at=at, seconds=seconds)

    def _effect_page(
        self, request: HttpRequest, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        campaign: Campaign = context["campaign"]
        whole = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "opts": self.opts,  # type: ignore[attr-defined]
            "title": _("Effect of “%(campaign)s”") % {"campaign": campaign},
            "original": campaign,
            "back": reverse("admin:campaigns_campaign_change", args=[campaign.pk]),
            **context,
        }
        return TemplateResponse(request, "console/campaign_effect.html", whole, status=status)


def _shown(effect: Effect, content: Content, query: QueryDict) -> dict[str, Any]:
    currency = programs.current().currency
    return {
        "effect": effect,
        "notes": effect_words.notes(effect),
        "as_of": date_format(localtime(effect.at), "DATETIME_FORMAT"),
        "tiles": [_tile(tile, currency) for tile in content.tiles],
        "rungs": _rungs(effect),
        "charts": [
            _chart(chart, currency, query) for chart in content.charts if chart.code not in _DRAWN
        ],
        "csv_query": _linked(query, "csv"),
        "xlsx_query": _linked(query, "xlsx"),
    }


def _tile(tile: tiles.Tile, currency: str) -> dict[str, Any]:
    value = cells.text(tile.value.value, tile.shown_as, currency)
    return {"tile": tile, "value": value, "parts": tiles.parts_text(tile, currency)}


def _rungs(effect: Effect) -> list[dict[str, Any]]:
    """Each step of the ladder with its bar, and why members were lost on the way to it."""
    whole = effect.targeted_count
    # On the ladder stand those who also opened a message, which of a short message nobody can
    # tell: beside it, those of all targeted.
    of_all = {Rung.REDEEMED: effect.redeemed_count, Rung.BOUGHT: effect.sales.buyers_count}
    found = []
    for number, step in enumerate(effect.ladder):
        count, every = step.members_count, of_all.get(step.rung)
        found.append(
            {
                "of_all": f"{every:,}" if count is not None and every and every > count else "",
                "label": effect_words.RUNGS[step.rung],
                "definition": effect_words.DEFINITIONS[step.rung],
                "absent": effect_words.ABSENT[step.absence] if step.absence else "",
                "count": None if count is None else f"{count:,}",
                "percent": Part(count, whole).percent if count else None,
                "width": 0 if not count or not whole else round(100 * count / whole, 2),
                "lost": f"{step.lost_count:,}" if step.lost_count else "",
                "reasons": [
                    {
                        "label": effect_words.reason(loss.reason),
                        "count": f"{loss.members_count:,}",
                    }
                    for loss in step.lost
                ],
                "is_first": number == 0,
            }
        )
    return found


def _chart(chart: Chart, currency: str, query: QueryDict) -> dict[str, Any]:
    columns = chart.columns[:-1] if chart.code in _EXPLAINED else chart.columns
    return {
        "chart": chart,
        "is_empty": chart.is_empty,
        "heads": [
            {"label": column.label, "is_text": column.shown_as in _LEFT_ALIGNED}
            for column in columns
        ],
        "rows": [
            {
                "cells": [
                    {
                        "text": cells.text(cell, column.shown_as, currency),
                        "is_text": column.shown_as in _LEFT_ALIGNED,
                    }
                    for cell, column in zip(row, columns, strict=False)
                ]
            }
            for row in chart.rows
        ],
        "csv_query": _linked(query, "csv", chart.code),
        "xlsx_query": _linked(query, "xlsx", chart.code),
    }


def _linked(query: QueryDict, kind: str, chart: str = "") -> str:
    linked = query.copy()
    linked["as"] = kind
    linked.pop("chart", None)
    if chart:
        linked["chart"] = chart
    return linked.urlencode()


def _file(
    kind: str, campaign: Campaign, form: EffectForm, effect: Effect, content: Content
) -> HttpResponse:
    code = form.data.get("chart", "")
    charts = [one for one in content.charts if code in ("", one.code)]
    if kind not in files.KINDS or not charts:
        raise Http404
    about = [
        (_("Campaign"), f"{campaign} ({campaign.code})"),
        (_("State"), str(campaign.get_state_display())),
        *form.chosen(),
        (_("Figures as of"), date_format(localtime(effect.at), "DATETIME_FORMAT")),
        (_("Amounts in"), programs.current().currency),
        *((_("Note"), note) for note in effect_words.notes(effect)),
    ]
    contents = files.Contents(
        name="-".join(filter(None, ("effect", campaign.code, code))),
        currency=programs.current().currency,
        about=about,
        tiles=() if code else content.tiles,
        charts=charts,
        has_one_chart=bool(code),
    )
    return files.answer(kind, contents)
