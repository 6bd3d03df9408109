"""The matrix's rows of analytics."""

from tests.authorization_roles import (
    ADMINISTRATOR,
    ANALYST,
    MARKETING,
    MARKETING_MANAGER,
    OVERSIGHT,
    STORE_MANAGER,
    Pages,
)

_SEES_DASHBOARDS = MARKETING | OVERSIGHT | {ANALYST, STORE_MANAGER}

_SEES_CUTS = MARKETING | OVERSIGHT | {ANALYST}
_SETS_CUTS = {MARKETING_MANAGER, ADMINISTRATOR}

_KEEPS_SPENDS = {MARKETING_MANAGER, ANALYST, ADMINISTRATOR}

TABLES: dict[str, Pages] = {
    "analytics_channelspend": Pages(
        view=MARKETING | OVERSIGHT | {ANALYST}, add=_KEEPS_SPENDS, change=_KEEPS_SPENDS
    ),
    # One row; a second one can't be added.
    "analytics_analyticspolicy": Pages(view=_SEES_CUTS, add=_SETS_CUTS, change=_SETS_CUTS),
    # Never changed: published, and taken back by a dialog.
    "analytics_classtag": Pages(view=_SEES_CUTS, add=_SETS_CUTS),
    "analytics_scorecard": Pages(view=_SEES_CUTS, add=_SETS_CUTS, change=_SETS_CUTS),
}

# Pages of the sidebar that show no table's rows.
PLACES = {
    f"admin:analytics_dashboard_{code}": _SEES_DASHBOARDS
    for code in ("overview", "scorecard", "acquisition", "retention", "stores")
}
DEEDS = {
    **PLACES,
    "admin:analytics_channelspend_import_file": _KEEPS_SPENDS,
    "admin:analytics_channelspend_import_page": _KEEPS_SPENDS,
    "admin:analytics_classtag_withdraw": _SETS_CUTS,
}
