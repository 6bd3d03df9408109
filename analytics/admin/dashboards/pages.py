"""What the page of a dashboard shows: tiles, charts with their tables, and of what they are."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from analytics.admin.dashboards import cells, drawings, tiles
from analytics.admin.dashboards.charts import EVERY_FILTER, TOTALS, As, Chart
from analytics.admin.dashboards.dashboards import Asked, Content, Dashboard
from analytics.admin.dashboards.filter_forms import MULTIPLE, FilterForm
from analytics.admin.dashboards.tiles import Tile
from analytics.selectors.filter_choices import STORE
from analytics.selectors.filters import Filters, Period

_LEFT_ALIGNED = (As.TEXT, As.DAY, As.MONTH)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One reading of a dashboard. `facts_at`: when its figures were last brought up to date, None
    if never."""

    dashboard: Dashboard
    asked: Asked
    form: FilterForm
    facts_at: datetime | None


def context(shown: Shown, content: Content, *, query: QueryDict) -> dict[str, Any]:
    """The template's. `query` is the address's, which links carry on."""
    currency = shown.asked.currency
    charts = [_chart(chart, shown, query) for chart in content.charts]
    drawn = [found for chart in content.charts if (found := drawings.drawing(chart, currency))]
    return {
        "form": shown.form,
        "filters": filter_fields(shown.form, shown.dashboard),
        "period": _days(shown.asked.filters.period),
        "compared": _days(shown.asked.filters.compared),
        "chosen": _chosen(shown.form),
        "updated": _updated(shown),
        "tiles": [_tile(tile, shown) for tile in content.tiles],
        "charts": charts,
        "drawings": drawn,
        "needs_echarts": content.needs_echarts,
        "is_empty": all(chart["is_empty"] for chart in charts),
        "csv_query": _linked(query, {"as": "csv"}),
        "xlsx_query": _linked(query, {"as": "xlsx"}),
    }


def about(shown: Shown) -> list[tuple[str, str]]:
    """The head of a file: which dashboard, which days, narrowed to what, as of when."""
    filters = shown.asked.filters
    rows = [
        (_("Dashboard"), str(shown.dashboard.title)),
        (_("Period"), _days(filters.period)),
        (_("Compared with"), _days(filters.compared) or cells.NONE),
    ]
    rows += [(label, names) for label, names in _chosen(shown.form)]
    return [*rows, (_("Up to date as of"), _updated(shown) or cells.NONE)]


def _updated(shown: Shown) -> str:
    return date_format(localtime(shown.facts_at), "DATETIME_FORMAT") if shown.facts_at else ""


def _own_stores(form: FilterForm) -> tuple[str, str]:
    return str(form.fields[STORE].label), form.all_words(STORE)


def filter_fields(form: FilterForm, dashboard: Dashboard) -> list[dict[str, Any]]:
    """The fields with many boxes to tick, each with what is ticked in words."""
    return [
        {"name": name, "field": form[name], "said": _said(form, name)}
        for name in MULTIPLE
        if name in dashboard.offers
    ]


def _days(period: Period | None) -> str:
    if period is None:
        return ""
    first, last = (date_format(day, "DATE_FORMAT") for day in (period.from_on, period.to_on))
    return first if first == last else f"{first} – {last}"


def _chosen(form: FilterForm) -> list[tuple[str, str]]:
    """What is narrowed, and to what."""
    language = form.language
    own = [] if form.scope.is_whole_chain or form.chosen(STORE) else [_own_stores(form)]
    return own + [
        (str(form.fields[name].label), ", ".join(one.name(language) for one in chosen))
        for name in (*MULTIPLE, "segment")
        if (chosen := form.chosen(name))
    ]


def _said(form: FilterForm, name: str) -> str:
    chosen = form.chosen(name)
    if not chosen:
        return form.all_words(name)
    if len(chosen) == 1:
        return chosen[0].name(form.language)
    return _("%(count)s chosen") % {"count": len(chosen)}


def _tile(tile: Tile, shown: Shown) -> dict[str, Any]:
    currency = shown.asked.currency
    before = tile.before.value if tile.before else None
    return {
        "tile": tile,
        "value": cells.text(tile.value.value, tile.shown_as, currency),
        "before": cells.text(before, tile.shown_as, currency) if tile.before else "",
        "change": tiles.change_of(tile),
        "parts": tiles.parts_text(tile, currency),
        "unheeded": _unheeded(tile.narrowed_by, shown),
    }


def _chart(chart: Chart, shown: Shown, query: QueryDict) -> dict[str, Any]:
    currency = shown.asked.currency
    return {
        "chart": chart,
        "is_empty": chart.is_empty,
        "heads": [
            {"label": column.label, "is_text": column.shown_as in _LEFT_ALIGNED}
            for column in chart.columns
        ],
        "rows": _rows(chart, currency, query),
        "totals": _cells(chart, TOTALS, currency) if chart.totals else [],
        "more_count": max(0, len(chart.rows) - chart.most_drawn) if chart.drawn else 0,
        "csv_query": _linked(query, {"as": "csv", "chart": chart.code}),
        "xlsx_query": _linked(query, {"as": "xlsx", "chart": chart.code}),
        "unheeded": _unheeded(chart.narrowed_by, shown),
    }


def _rows(chart: Chart, currency: str, query: QueryDict) -> list[dict[str, Any]]:
    links = [_linked(query, dict(link)) if link else "" for link in chart.links]
    links += [""] * (len(chart.rows) - len(links))
    return [
        {"cells": _cells(chart, number, currency), "link": link}
        for number, link in enumerate(links)
    ]


def _cells(chart: Chart, number: int, currency: str) -> list[dict[str, Any]]:
    row = chart.totals if number == TOTALS else chart.rows[number]
    return [
        {
            "text": cells.text(cell, column.shown_as, currency),
            "is_text": column.shown_as in _LEFT_ALIGNED,
            "ask": _asking(chart, (number, index)),
        }
        for index, (cell, column) in enumerate(zip(row, chart.columns, strict=True))
    ]


def _asking(chart: Chart, place: tuple[int, int]) -> str:
    """The address of a new segment of who stands in the cell; of nobody there is none."""
    asked = chart.asks.get(place)
    if asked is None:
        return ""
    return f"{reverse('admin:analytics_segment_add')}?{urlencode({'condition': json.dumps(asked)})}"


def _unheeded(narrowed_by: frozenset[str], shown: Shown) -> str:
    """The chosen filters that a figure doesn't heed, in words."""
    names = _active(shown.asked.filters) - narrowed_by
    return ", ".join(str(shown.form.fields[name].label) for name in sorted(names & EVERY_FILTER))


def _active(filters: Filters) -> frozenset[str]:
    chosen = {
        "store": filters.store_ids,
        "channel": filters.channel_ids,
        "tier": filters.tier_ids,
        "segment": filters.segment_id,
    }
    return frozenset(name for name, value in chosen.items() if value is not None)


def _linked(query: QueryDict, more: dict[str, str]) -> str:
    """The address's filters with these, as its query."""
    linked = query.copy()
    for name in ("as", "chart"):
        linked.pop(name, None)
    for name, value in more.items():
        linked[name] = value
    return linked.urlencode()
