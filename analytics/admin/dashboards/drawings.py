"""What a script needs to draw a chart: plain numbers beside what a reader is shown of each."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from analytics.admin.dashboards import cells
from analytics.admin.dashboards.charts import As, Cell, Chart, Kind, Part

_PERCENTS = (As.SHARE, As.PERCENT)


def drawing(chart: Chart, currency: str) -> dict[str, Any]:
    """JSON for `static/console/dashboards.js`; {} where there is nothing to draw."""
    if chart.is_empty or chart.kind == Kind.TABLE:
        return {}
    form = {
        Kind.HEAT_MAP: _matrix,
        Kind.GRID: _matrix,
        Kind.SANKEY: _flow,
        Kind.FUNNEL: _steps,
    }.get(chart.kind, _series)
    return {
        "code": chart.code,
        "kind": chart.kind.value,
        "title": str(chart.title),
        "horizontal": chart.is_horizontal,
        **form(chart, currency),
    }


def _series(chart: Chart, currency: str) -> dict[str, Any]:
    rows = chart.rows[: chart.most_drawn]
    named_as = chart.columns[0].shown_as
    return {
        "labels": [cells.short(row[0], named_as, currency) for row in rows],
        "percent": all(chart.columns[index].shown_as in _PERCENTS for index in chart.drawn),
        "colors": list(chart.colors[: len(rows)]),
        "series": [
            {
                "name": str(chart.columns[index].label),
                "before": chart.columns[index].is_before,
                "below": chart.columns[index].is_below,
                "whole": chart.columns[index].shown_as == As.COUNT,
                "values": [_value(row[index], chart, index, currency) for row in rows],
                "texts": [_text(row[index], chart, index, currency) for row in rows],
            }
            for index in chart.drawn
        ],
    }


def _steps(chart: Chart, currency: str) -> dict[str, Any]:
    index = chart.drawn[0]
    return {
        "steps": [
            {
                "name": str(row[0]),
                "value": _value(row[index], chart, index, currency),
                "text": _text(row[index], chart, index, currency),
            }
            for row in chart.rows
        ]
    }


def _matrix(chart: Chart, currency: str) -> dict[str, Any]:
    """Rows from top to bottom, the drawn columns from left to right; nothing where a cell is
    None."""
    drawn = chart.drawn
    named_as = chart.columns[0].shown_as
    return {
        "across": [str(chart.columns[index].label) for index in drawn],
        "down": [cells.text(row[0], named_as, currency) for row in chart.rows],
        "percent": chart.columns[drawn[0]].shown_as in _PERCENTS,
        "cells": [
            [
                x,
                y,
                _value(row[index], chart, index, currency),
                _text(row[index], chart, index, currency),
            ]
            for y, row in enumerate(chart.rows)
            for x, index in enumerate(drawn)
            if row[index] is not None
        ],
    }


def _flow(chart: Chart, currency: str) -> dict[str, Any]:
    """From the first column's thing to the second one's. Both sides have nodes of their own, so
    that nothing flows in a circle."""
    index = chart.drawn[0]
    sources = list(dict.fromkeys(str(row[0]) for row in chart.rows))
    targets = list(dict.fromkeys(str(row[1]) for row in chart.rows))
    before, after = _("before"), _("after")
    return {
        "nodes": [
            *({"name": f"{name}\n{before}", "label": name} for name in sources),
            *({"name": f"{name}\n{after}", "label": name} for name in targets),
        ],
        "links": [
            {
                "source": f"{row[0]}\n{before}",
                "target": f"{row[1]}\n{after}",
                "value": _value(row[index], chart, index, currency),
                "text": _text(row[index], chart, index, currency),
            }
            for row in chart.rows
        ],
    }


def _value(cell: Cell, chart: Chart, index: int, currency: str) -> float | None:
    value = cells.plain(cell, chart.columns[index].shown_as, currency)
    return float(value) if isinstance(value, int | Decimal) else None


def _text(cell: Cell, chart: Chart, index: int, currency: str) -> str:
    if isinstance(cell, Part):
        share = cells.text(cell, As.SHARE, currency)
        return _("%(share)s of %(whole)s") % {"share": share, "whole": f"{cell.whole:,}"}
    return cells.text(cell, chart.columns[index].shown_as, currency)
