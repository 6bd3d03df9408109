"""The morning's figures, read at the end of the night, so that the day's first page has them at
once: every dashboard without filters and for each period that has a name, saved views as their
owners see them, and each channel and tier."""

import time
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.http import QueryDict
from django.utils import translation

from analytics.admin.dashboards import filter_forms, reading
from analytics.admin.dashboards.dashboards import PERMISSION, Dashboard
from analytics.admin.dashboards.listed import DASHBOARDS
from analytics.models import SavedView
from analytics.rules import periods
from analytics.selectors import filter_choices, freshness
from loyalty.errors import NoProgram
from members.registry import panels
from members.selectors import scopes
from members.selectors.scopes import Scope

logger = structlog.get_logger(__name__)
# Behind the segments, which pages are narrowed by.
NIGHT, NIGHT_ORDER = "analytics.dashboards", 95
# For one page in all languages; what takes longer is left to who asks for it.
MOST_SECONDS = 120
# For all of them: the night ends before the shops open.
MOST_SECONDS_IN_ALL = 3_600
# The newest ones.
MOST_VIEWS = 100


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_night_step(panels.NightStep(NIGHT, NIGHT_ORDER, night))


def night(at: datetime) -> Iterator[int]:
    """Yields 1 for each page that was read in every language, 0 for one that takes too long or
    whose filters no longer hold. Nothing while there is no programme; where all dashboards
    together are read as quickly as one page may take, only these."""
    begun = time.monotonic()
    try:
        yield from (_read(one, "", Scope(), at) for one in DASHBOARDS)
        if time.monotonic() - begun < reading.FIRST_SECONDS:
            return
        for dashboard, query, scope in _pages():
            yield _read(dashboard, query, scope, at)
            if time.monotonic() - begun > MOST_SECONDS_IN_ALL:
                logger.warning("dashboards_not_all_prepared")
                return
    except NoProgram:
        return


def _pages() -> Iterator[tuple[Dashboard, str, Scope]]:
    """The likeliest first."""
    for query in _periods():
        yield from ((dashboard, query, Scope()) for dashboard in DASHBOARDS)
    yield from _views()
    for query in _parts():
        yield from ((dashboard, query, Scope()) for dashboard in DASHBOARDS)


def _periods() -> Iterator[str]:
    for name, _label in filter_forms.PERIODS:
        if name not in (filter_forms.DEFAULT["period"], periods.CUSTOM):
            yield f"period={name}"


def _views() -> Iterator[tuple[Dashboard, str, Scope]]:
    by_code = {one.code: one for one in DASHBOARDS}
    views = SavedView.objects.filter(dashboard__in=by_code, owner__is_active=True)
    for view in views.select_related("owner").order_by("-saved_at", "-pk")[:MOST_VIEWS]:
        if view.owner.has_perm(PERMISSION):
            yield by_code[view.dashboard], view.query, scopes.scope_for(view.owner)


def _parts() -> Iterator[str]:
    choices = filter_choices.choices()
    for kind in (filter_choices.CHANNEL, filter_choices.TIER):
        yield from (urlencode({kind: one.code}) for one in choices[kind])


def _read(dashboard: Dashboard, query: str, scope: Scope, at: datetime) -> int:
    askeds = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            form = filter_forms.within(QueryDict(query), scope, at)
            if not form.is_valid():
                return 0
            askeds.append(form.asked())
    try:
        reading.prepare(dashboard, askeds, fresh=freshness.now(), seconds=MOST_SECONDS)
    except reading.TooHeavy:
        logger.warning("dashboard_not_prepared", dashboard=dashboard.code, query=query)
        return 0
    return 1
