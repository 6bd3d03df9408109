"""A dashboard: what it is called, what it heeds and who reads its figures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from analytics.admin.dashboards.charts import DRAWN_BY_ECHARTS, EVERY_FILTER, Chart
from analytics.admin.dashboards.tiles import Tile
from analytics.selectors.filter_choices import Choice, Choices
from analytics.selectors.filters import Filters

PERMISSION = "analytics.view_dashboards"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a dashboard is read for. `language` is the reader's, `currency` the programme's."""

    filters: Filters
    choices: Choices
    currency: str
    language: str

    def choice(self, kind: str, row_id: int | None) -> Choice | None:
        """The store, channel, tier or segment of an id; None where the operator can't see it."""
        return next((one for one in self.choices[kind] if one.id == row_id), None)


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a dashboard shows, in its order."""

    tiles: tuple[Tile, ...] = ()
    charts: tuple[Chart, ...] = ()

    @property
    def needs_echarts(self) -> bool:
        return any(chart.kind in DRAWN_BY_ECHARTS for chart in self.charts)


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """`lead` says in one sentence what it answers, `how_to_read` what to beware of. `read` asks
    the selectors; `offers` names the filters that stand on the page."""

    code: str
    title: Any
    lead: Any
    icon: str
    read: Callable[[Asked], Content]
    how_to_read: Any = ""
    offers: frozenset[str] = EVERY_FILTER
    is_compared: bool = True

    @property
    def url_name(self) -> str:
        return f"admin:analytics_dashboard_{self.code}"
