"""The matrix's rows of analytics."""

from tests.authorization_roles import (
    ANALYST,
    MARKETING,
    OVERSIGHT,
    STORE_MANAGER,
    Pages,
)

_SEES_DASHBOARDS = MARKETING | OVERSIGHT | {ANALYST, STORE_MANAGER}

TABLES: dict[str, Pages] = {}

# Pages of the sidebar that show no table's rows.
PLACES = {f"admin:analytics_dashboard_{code}": _SEES_DASHBOARDS for code in ("overview",)}
DEEDS = {**PLACES}
