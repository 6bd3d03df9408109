"""Charts for the Chart.js that Unfold brings: data and options as JSON, in its own colors."""

import json
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics.selectors.home import Home
from config.console.home_names import name_of
from loyalty.rules import money

_FONT = {"size": 12}
_GRID = {"color": "rgba(148, 163, 184, .25)"}
_TICKS = {"color": "#94a3b8", "font": _FONT}


def trend(page: Home) -> dict[str, str]:
    """Sales per day as bars, points earned and spent as lines on an axis of their own."""
    scale = 10 ** money.digits(page.currency)
    labels = [date_format(day.day, "MONTH_DAY_FORMAT") for day in page.trend]
    sales = {
        "type": "bar",
        "label": _("Sales"),
        "data": [day.sales_amount / scale for day in page.trend],
        "backgroundColor": "var(--color-primary-600)",
        "borderRadius": 3,
        "maxBarThickness": 22,
        "yAxisID": "y",
    }
    earned = _line(_("Points earned"), [day.earned_points for day in page.trend], "#f59e0b")
    spent = _line(_("Points spent"), [day.spent_points for day in page.trend], "#94a3b8")
    options = {
        "responsive": True,
        "maintainAspectRatio": False,
        "animation": False,
        "interaction": {"mode": "index", "intersect": False},
        "plugins": {"legend": _legend("top", "end")},
        "scales": {
            "x": {"grid": {"display": False}, "ticks": {**_TICKS, "maxTicksLimit": 8}},
            "y": {"beginAtZero": True, "grid": _GRID, "ticks": {**_TICKS, "maxTicksLimit": 6}},
            "points": {
                "position": "right",
                "beginAtZero": True,
                "grid": {"display": False},
                "ticks": {**_TICKS, "maxTicksLimit": 6},
            },
        },
    }
    # Lines first: they are drawn over the bars.
    return _chart({"labels": labels, "datasets": [earned, spent, sales]}, options)


def tiers(page: Home) -> dict[str, str]:
    values = {
        "labels": [name_of(part) for part in page.tiers],
        "datasets": [
            {
                "data": [part.value for part in page.tiers],
                "backgroundColor": [part.color or "#94a3b8" for part in page.tiers],
                "borderWidth": 0,
            }
        ],
    }
    options = {
        "responsive": True,
        "maintainAspectRatio": False,
        "animation": False,
        "cutout": "64%",
        "plugins": {"legend": _legend("bottom", "center")},
        # Unfold's script colors the grids of both; a ring has none to show.
        "scales": {"x": {"display": False, "grid": {}}, "y": {"display": False, "grid": {}}},
    }
    return _chart(values, options)


def _line(label: str, values: list[int], color: str) -> dict[str, Any]:
    return {
        "type": "line",
        "label": label,
        "data": values,
        "borderColor": color,
        "backgroundColor": color,
        "borderWidth": 2,
        "pointRadius": 0,
        "cubicInterpolationMode": "monotone",
        "yAxisID": "points",
    }


def _legend(position: str, align: str) -> dict[str, Any]:
    labels = {
        "color": "#94a3b8",
        "usePointStyle": True,
        "pointStyle": "circle",
        "boxHeight": 6,
        "boxWidth": 6,
        "padding": 16,
    }
    return {"display": True, "position": position, "align": align, "labels": labels}


def _chart(values: dict[str, Any], options: dict[str, Any]) -> dict[str, str]:
    return {"data": json.dumps(values), "options": json.dumps(options)}
