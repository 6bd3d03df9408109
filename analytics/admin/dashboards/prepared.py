"""The morning's figures: every dashboard without filters, and every saved view as its owner sees
it, read at the end of the night, so that the day's first page has them at once."""

from collections.abc import Iterator
from datetime import datetime

import structlog
from django.conf import settings
from django.http import QueryDict
from django.utils import translation

from analytics.admin.dashboards import filter_forms, reading
from analytics.admin.dashboards.dashboards import PERMISSION, Dashboard
from analytics.admin.dashboards.listed import DASHBOARDS
from analytics.models import SavedView
from analytics.selectors import freshness
from loyalty.errors import NoProgram
from members.registry import panels
from members.selectors import scopes
from members.selectors.scopes import Scope

logger = structlog.get_logger(__name__)
# Behind the segments, which pages are narrowed by.
NIGHT, NIGHT_ORDER = "analytics.dashboards", 95
# For one page in all languages; what takes longer is left to who asks for it.
MOST_SECONDS = 120
# The newest ones; a night ends before the shops open.
MOST_VIEWS = 100


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_night_step(panels.NightStep(NIGHT, NIGHT_ORDER, night))


def night(at: datetime) -> Iterator[int]:
    """Yields 1 for each page that was read in every language, 0 for one that takes too long or
    whose filters no longer hold. Nothing while there is no programme."""
    for dashboard, query, scope in _pages():
        try:
            yield int(_is_read(dashboard, query, scope, at))
        except NoProgram:
            return


def _pages() -> Iterator[tuple[Dashboard, str, Scope]]:
    for dashboard in DASHBOARDS:
        yield dashboard, "", Scope()
    by_code = {one.code: one for one in DASHBOARDS}
    views = SavedView.objects.filter(dashboard__in=by_code, owner__is_active=True)
    for view in views.select_related("owner").order_by("-saved_at", "-pk")[:MOST_VIEWS]:
        if view.owner.has_perm(PERMISSION):
            yield by_code[view.dashboard], view.query, scopes.scope_for(view.owner)


def _is_read(dashboard: Dashboard, query: str, scope: Scope, at: datetime) -> bool:
    askeds = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            form = filter_forms.within(QueryDict(query), scope, at)
            if not form.is_valid():
                return False
            askeds.append(form.asked())
    try:
        reading.prepare(dashboard, askeds, fresh=freshness.now(), seconds=MOST_SECONDS)
    except reading.TooHeavy:
        logger.warning("dashboard_not_prepared", dashboard=dashboard.code, query=query)
        return False
    return True
