"""The dashboards, in the order of the sidebar."""

from analytics.admin.dashboards import overview
from analytics.admin.dashboards.dashboards import Dashboard

DASHBOARDS: tuple[Dashboard, ...] = (overview.DASHBOARD,)
