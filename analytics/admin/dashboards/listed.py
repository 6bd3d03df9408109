"""The dashboards, in the order of the sidebar."""

from analytics.admin.dashboards import acquisition, overview, retention, scorecard, stores
from analytics.admin.dashboards.dashboards import Dashboard

DASHBOARDS: tuple[Dashboard, ...] = (
    overview.DASHBOARD,
    scorecard.DASHBOARD,
    acquisition.DASHBOARD,
    retention.DASHBOARD,
    stores.DASHBOARD,
)
