"""Reads a dashboard: within a limit of time, once for all who ask the same within a minute.

A page is there within two seconds: what can't be read in `FIRST_SECONDS` is asked for again by the
page itself, which waits for it up to `TIMEOUT_SECONDS` while its filters can be used already.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError

from analytics.admin.dashboards.dashboards import Asked, Content, Dashboard
from analytics.selectors import asking
from members.errors import DomainError

# A test's machine may be busier than any shop's server.
FIRST_SECONDS = 10.0 if settings.REGULARS_ENV == "test" else 1.3
TIMEOUT_SECONDS = 30
KEPT_SECONDS = 60
# Counts up when what is kept changes its form.
_FORM = 3


class TooHeavy(DomainError):
    """These figures take too long to read: choose a shorter period or fewer filters."""

    code = "dashboard_too_heavy"
    status = 503


@dataclass(frozen=True)
class Read:
    """A dashboard's content, and when its figures were last brought up to date."""

    content: Content
    facts_at: datetime | None


def read(dashboard: Dashboard, asked: Asked, *, facts_at: datetime | None, seconds: float) -> Read:
    """The dashboard as of `facts_at`, read within so many seconds and kept for a minute; what
    somebody waited for is kept for a minute also when the facts have moved on since.

    What doesn't heed stores is left out for those who work for some stores only: the caller says
    so by `filters.store_ids`, and `of_own_stores` does it.

    Raises: TooHeavy.
    """
    key, waited_for = _key(dashboard, asked, facts_at), _key(dashboard, asked, "waited for")
    kept = cache.get_many([key, waited_for])
    if kept:
        found: Read = kept.get(key) or kept[waited_for]
        return found
    try:
        with asking.together(timeout_seconds=seconds, is_snapshot=True, is_for_all=True):
            content = dashboard.read(asked)
    except OperationalError as error:
        if not asking.is_out_of_time(error):
            raise
        raise TooHeavy from None
    made = Read(content, facts_at)
    cache.set(key if seconds == FIRST_SECONDS else waited_for, made, KEPT_SECONDS)
    return made


def of_own_stores(content: Content) -> Content:
    """What may be shown to somebody who works for some stores only: figures of their stores."""
    return replace(
        content,
        tiles=tuple(tile for tile in content.tiles if "store" in tile.narrowed_by),
        charts=tuple(chart for chart in content.charts if "store" in chart.narrowed_by),
    )


def _key(dashboard: Dashboard, asked: Asked, when: datetime | str | None) -> str:
    said: tuple[Any, ...] = (
        _FORM, dashboard.code, asked.filters, asked.currency, asked.language, when
    )  # fmt: skip
    return f"dashboard:{hashlib.sha256(repr(said).encode()).hexdigest()}"
