"""The home page by role: the counter for clerks, figures for those who may see sales."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from analytics.selectors import home
from analytics.selectors.figures import Figure, Unit
from config.console import charts, navigation
from config.console.home_names import name_of
from loyalty.errors import NoProgram
from loyalty.rules import money
from members.models import ApprovalRequest
from members.registry import panels
from members.selectors import approvals, scopes

SEES_SALES = "analytics.view_memberday"
# What stands on the page, in its order, and where its figure leads.
TILES = {
    "members": "admin:members_member_changelist",
    "active_members": "",
    "sales": "admin:loyalty_order_changelist",
    "liability": "admin:loyalty_ledgerentry_changelist",
}
BESIDE = {"members": "new_members", "sales": "member_share", "liability": "outstanding_points"}
REQUESTS_SHOWN = 6


@dataclass(frozen=True)
class Tile:
    """A figure as it is printed; `beside` is a smaller one under it."""

    figure: Figure
    value: str
    change: str
    tone: str
    beside: Figure | None
    beside_value: str
    url_name: str


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's callback: what the home page shows to this operator."""
    at = timezone.now()
    context |= {
        "requests": _requests(request, at),
        "can_serve": _may(request, "members.add_member"),
    }
    if not _may(request, SEES_SALES):
        return context | {"places": _places(request), "asked": _asked(request)}
    scope = scopes.scope_for(request.user)
    try:
        page = home.home(at=at, store_ids=scope.store_ids)
    except NoProgram:
        return context | {"has_no_program": True}
    return context | _figures(page) | {"scope": scope}


def _figures(page: home.Home) -> dict[str, Any]:
    return {
        "page": page,
        "has_sales": any(day.orders_count for day in page.trend),
        "tiles": [_tile(page, code, url) for code, url in TILES.items()],
        "trend_chart": charts.trend(page),
        "trend_rows": [
            (day, money.text(day.sales_amount, page.currency)) for day in reversed(page.trend)
        ],
        "tier_chart": charts.tiers(page),
        "tier_rows": [(name_of(part), part) for part in page.tiers],
        "channel_rows": [
            (name_of(part), money.text(part.value, page.currency), part) for part in page.channels
        ],
    }


def _tile(page: home.Home, code: str, url_name: str) -> Tile:
    figure = page.figure(code)
    beside = page.figure(BESIDE[code]) if code in BESIDE else None
    change = figure.change_percent
    return Tile(
        figure=figure,
        value=_shown(figure, page.currency),
        change="" if change is None else f"{abs(change)}%",
        tone="" if not change else "good" if change > 0 else "bad",
        beside=beside,
        beside_value=_shown(beside, page.currency) if beside else "",
        url_name=url_name,
    )


def _shown(figure: Figure, currency: str) -> str:
    if figure.value is None:
        return "–"
    if figure.unit == Unit.AMOUNT:
        return money.text(int(figure.value), currency)
    if figure.unit == Unit.PERCENT:
        return f"{figure.value}%"
    return f"{figure.value:,}"


def _requests(request: HttpRequest, at: Any) -> Any:
    """What waits for this operator's decision; None for those who decide nothing."""
    if not _may(request, "members.decide_approvalrequest"):
        return None
    waiting = approvals.waiting_for(checker=request.user, at=at)[:REQUESTS_SHOWN]
    return [(_label(one), one) for one in waiting]


def _label(request: ApprovalRequest) -> Any:
    executor = panels.EXECUTORS.get(request.action)
    return executor.label if executor else request.action


def _places(request: HttpRequest) -> list[Any]:
    """Where those go from home who see no figures: the first pages of their sidebar."""
    first = [found for found in navigation.places_of(request) if found[1].hint]
    return [(place, link) for _group, place, link in first]


def _asked(request: HttpRequest) -> Any:
    """What the operator asked for and what became of it."""
    asked = ApprovalRequest.objects.filter(maker=request.user).order_by("-pk")[:REQUESTS_SHOWN]
    return [(_label(one), one) for one in asked]


def _may(request: HttpRequest, permission: str) -> bool:
    return request.user.has_perm(permission)
