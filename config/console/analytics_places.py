"""The sidebar's part for figures: the dashboards, and what they are made of."""

from django.utils.translation import gettext_lazy as _

from analytics.admin.dashboards.dashboards import PERMISSION, Dashboard
from analytics.admin.dashboards.listed import DASHBOARDS
from config.console.places import Group, Place


def _place(dashboard: Dashboard) -> Place:
    return Place(dashboard.title, dashboard.icon, dashboard.url_name, PERMISSION)


GROUPS: tuple[Group, ...] = (
    Group(_("Analytics"), tuple(_place(one) for one in DASHBOARDS), is_collapsible=True),
)
