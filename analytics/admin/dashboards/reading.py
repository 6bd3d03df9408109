"""Reads a dashboard: within a limit of time, once for all who ask the same within a minute."""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import OperationalError

from analytics.admin.dashboards.dashboards import Asked, Content, Dashboard
from analytics.selectors import asking
from members.errors import DomainError

TIMEOUT_SECONDS = 15
KEPT_SECONDS = 60
# Counts up when what is kept changes its form.
_FORM = 2
_CANCELED = "57014"


class TooHeavy(DomainError):
    """These figures take too long to read: choose a shorter period or fewer filters."""

    code = "dashboard_too_heavy"
    status = 503


def read(dashboard: Dashboard, asked: Asked, *, facts_at: datetime | None) -> Content:
    """The dashboard's content, kept for a minute while the facts are those of `facts_at`.

    What doesn't heed stores is left out for those who work for some stores only: the caller says
    so by `filters.store_ids`, and `of_own_stores` does it.

    Raises: TooHeavy.
    """
    key = _key(dashboard, asked, facts_at)
    kept = cache.get(key)
    if kept is not None:
        return kept  # type: ignore[no-any-return]
    try:
        with asking.together(timeout_seconds=TIMEOUT_SECONDS, is_snapshot=True):
            content = dashboard.read(asked)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _CANCELED:
            raise
        raise TooHeavy from None
    cache.set(key, content, KEPT_SECONDS)
    return content


def of_own_stores(content: Content) -> Content:
    """What may be shown to somebody who works for some stores only: figures of their stores."""
    return replace(
        content,
        tiles=tuple(tile for tile in content.tiles if "store" in tile.narrowed_by),
        charts=tuple(chart for chart in content.charts if "store" in chart.narrowed_by),
    )


def _key(dashboard: Dashboard, asked: Asked, facts_at: datetime | None) -> str:
    said: tuple[Any, ...] = (
        _FORM, dashboard.code, asked.filters, asked.currency, asked.language, facts_at
    )  # fmt: skip
    return f"dashboard:{hashlib.sha256(repr(said).encode()).hexdigest()}"
