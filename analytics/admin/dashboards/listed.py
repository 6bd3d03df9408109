"""The dashboards, in the order of the sidebar."""

from analytics.admin.dashboards import (
    acquisition,
    loyalty,
    overview,
    retention,
    rfm,
    scorecard,
    stores,
    value,
)
from analytics.admin.dashboards.dashboards import Dashboard

DASHBOARDS: tuple[Dashboard, ...] = (
    overview.DASHBOARD,
    scorecard.DASHBOARD,
    acquisition.DASHBOARD,
    retention.DASHBOARD,
    rfm.DASHBOARD,
    value.DASHBOARD,
    loyalty.DASHBOARD,
    stores.DASHBOARD,
)
