"""The sidebar's part for figures: the dashboards, and what they are made of."""

from django.utils.translation import gettext_lazy as _

from analytics.admin.dashboards.dashboards import PERMISSION, Dashboard
from analytics.admin.dashboards.listed import DASHBOARDS
from config.console.places import Group, Place


def _place(dashboard: Dashboard) -> Place:
    return Place(dashboard.title, dashboard.icon, dashboard.url_name, PERMISSION)


GROUPS: tuple[Group, ...] = (
    Group(
        _("Analytics"),
        (
            *(_place(one) for one in DASHBOARDS),
            Place(
                _("Channel spends"),
                "payments",
                "admin:analytics_channelspend_changelist",
                "analytics.view_channelspend",
            ),
            Place(
                _("Classes as tags"),
                "label",
                "admin:analytics_classtag_changelist",
                "analytics.view_classtag",
            ),
            Place(
                _("Scorecards"),
                "checklist",
                "admin:analytics_scorecard_changelist",
                "analytics.view_scorecard",
            ),
            Place(
                _("Cuts and weights"),
                "tune",
                "admin:analytics_analyticspolicy_changelist",
                "analytics.view_analyticspolicy",
            ),
        ),
        is_collapsible=True,
    ),
)
