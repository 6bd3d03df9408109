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

_SHARES_VIEWS = {MARKETING_MANAGER, ANALYST, ADMINISTRATOR}

_SEES_CUTS = MARKETING | OVERSIGHT | {ANALYST}
_SETS_CUTS = {MARKETING_MANAGER, ADMINISTRATOR}

_KEEPS_SPENDS = {MARKETING_MANAGER, ANALYST, ADMINISTRATOR}

# Everybody who sees or addresses many members sees segments; marketers say them.
_SEES_SEGMENTS = MARKETING | OVERSIGHT | {ANALYST}
_KEEPS_SEGMENTS = MARKETING | {ADMINISTRATOR}
# Publishing as a tag, and taking members along as a file.
_LEADS_SEGMENTS = {MARKETING_MANAGER, ADMINISTRATOR}

TABLES: dict[str, Pages] = {
    "analytics_segment": Pages(view=_SEES_SEGMENTS, add=_KEEPS_SEGMENTS, change=_KEEPS_SEGMENTS),
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
    for code in (
        *("overview", "scorecard", "acquisition", "retention"),
        *("rfm", "value", "loyalty", "stores"),
    )
}
DEEDS = {
    **PLACES,
    "admin:analytics_savedview_save": _SEES_DASHBOARDS,
    # Another one's, shared with everybody; one's own is everybody's to delete.
    "admin:analytics_savedview_remove": _SHARES_VIEWS,
    "admin:analytics_channelspend_import_file": _KEEPS_SPENDS,
    "admin:analytics_channelspend_import_page": _KEEPS_SPENDS,
    "admin:analytics_classtag_withdraw": _SETS_CUTS,
    "admin:analytics_segment_about": _SEES_SEGMENTS,
    "admin:analytics_segment_progress": _SEES_SEGMENTS,
    "admin:analytics_segment_overlap": _SEES_SEGMENTS,
    "admin:analytics_segment_compare": _SEES_SEGMENTS,
    "admin:analytics_segment_why_member": _SEES_SEGMENTS,
    **{
        f"admin:analytics_segment_{deed}": _KEEPS_SEGMENTS
        for deed in (
            "spoken",
            "preview",
            "build_now",
            "stop_build",
            "put_member",
            "upload_list",
            "list",
            "archive_it",
        )
    },
    **{
        f"admin:analytics_segment_{deed}": _LEADS_SEGMENTS
        for deed in ("publish_it", "withdraw_it", "export_it", "file")
    },
}
