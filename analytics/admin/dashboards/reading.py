"""Reads a dashboard: within a limit of time, once for all who ask the same within a minute.

A page is there within two seconds. What can't be read in `FIRST_SECONDS` is shown as it was last
read today, by the night or by somebody, and the page itself asks for newer figures; what nobody
has read yet the page waits for, up to `TIMEOUT_SECONDS`, while its filters can be used already.
"""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError
from django.utils import translation

from analytics.admin.dashboards.dashboards import Asked, Content, Dashboard
from analytics.selectors import asking
from analytics.selectors.freshness import Freshness
from members.errors import DomainError

# A test's machine may be busier than any shop's server.
FIRST_SECONDS = 10.0 if settings.REGULARS_ENV == "test" else 1.3
TIMEOUT_SECONDS = 60
KEPT_SECONDS = 60
# Figures that took long are kept until those of the next night are there.
KEPT_EARLIER_SECONDS = 26 * 3_600
# Older figures are shown with an offer of newer ones.
FRESH = timedelta(minutes=10)
# Counts up when what is kept changes its form.
_FORM = 4
_EARLIER = "earlier"


class TooHeavy(DomainError):
    """These figures take too long to read: choose a shorter period or fewer filters."""

    code = "dashboard_too_heavy"
    status = 503


@dataclass(frozen=True)
class Read:
    """A dashboard's content, and when its figures were last brought up to date."""

    content: Content
    facts_at: datetime | None

    def is_old(self, *, facts_at: datetime | None) -> bool:
        """Whether facts that are up to date as of `facts_at` are much newer."""
        if self.facts_at is None or facts_at is None:
            return self.facts_at != facts_at
        return facts_at - self.facts_at > FRESH


def at_once(dashboard: Dashboard, asked: Asked, *, fresh: Freshness) -> Read:
    """The dashboard as of now where that can be read in `FIRST_SECONDS`, else as it was last read
    today by the same settings: `is_old` says whether newer figures are worth asking for.

    Raises: TooHeavy: nobody has read it yet.
    """
    earlier: Read | None = cache.get(_key(dashboard, asked, fresh, _EARLIER))
    if earlier is not None:
        return earlier
    return read(dashboard, asked, fresh=fresh, seconds=FIRST_SECONDS)


def read(dashboard: Dashboard, asked: Asked, *, fresh: Freshness, seconds: float) -> Read:
    """The dashboard as of now, read within so many seconds and kept for a minute; where that took
    long, it is what `at_once` shows for the rest of the day.

    What doesn't heed stores is left out for those who work for some stores only: the caller says
    so by `filters.store_ids`, and `of_own_stores` does it.

    Raises: TooHeavy.
    """
    key = _key(dashboard, asked, fresh, fresh.facts_at)
    kept: Read | None = cache.get(key)
    if kept is not None:
        return kept
    begun = time.monotonic()
    made = Read(_contents(dashboard, [asked], seconds)[0], fresh.facts_at)
    cache.set(key, made, KEPT_SECONDS)
    _keep_or_forget(_key(dashboard, asked, fresh, _EARLIER), made, time.monotonic() - begun)
    return made


def prepare(
    dashboard: Dashboard, askeds: Sequence[Asked], *, fresh: Freshness, seconds: float
) -> None:
    """Reads the same in several languages for `at_once`, where that takes long; they share what
    the database is asked.

    Raises: TooHeavy.
    """
    begun = time.monotonic()
    contents = _contents(dashboard, askeds, seconds)
    spent = time.monotonic() - begun
    for asked, content in zip(askeds, contents, strict=True):
        key = _key(dashboard, asked, fresh, _EARLIER)
        _keep_or_forget(key, Read(content, fresh.facts_at), spent)


def _contents(dashboard: Dashboard, askeds: Sequence[Asked], seconds: float) -> list[Content]:
    made = []
    try:
        with asking.together(timeout_seconds=seconds, is_snapshot=True, is_for_all=True):
            for asked in askeds:
                with translation.override(asked.language):
                    made.append(dashboard.read(asked))
    except OperationalError as error:
        if not asking.is_out_of_time(error):
            raise
        raise TooHeavy from None
    return made


def _keep_or_forget(key: str, made: Read, seconds: float) -> None:
    """Figures that are read quickly are read whenever somebody asks."""
    if seconds > FIRST_SECONDS / 2:
        cache.set(key, made, KEPT_EARLIER_SECONDS)
    else:
        cache.delete(key)


def of_own_stores(content: Content) -> Content:
    """What may be shown to somebody who works for some stores only: figures of their stores."""
    return replace(
        content,
        tiles=tuple(tile for tile in content.tiles if "store" in tile.narrowed_by),
        charts=tuple(chart for chart in content.charts if "store" in chart.narrowed_by),
    )


def _key(dashboard: Dashboard, asked: Asked, fresh: Freshness, when: datetime | str | None) -> str:
    said: tuple[Any, ...] = (_FORM, dashboard.code, asked, fresh.settings, when)
    return f"dashboard:{hashlib.sha256(repr(said).encode()).hexdigest()}"
