"""The page that every dashboard stands in, and its files. Everything comes by GET: a filtered page
is an address to keep or to send on. Figures name nobody."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics.admin.dashboards import files, filter_forms, pages, reading, saved_views
from analytics.admin.dashboards.dashboards import PERMISSION, Content, Dashboard
from analytics.admin.dashboards.filter_forms import FilterForm
from analytics.admin.dashboards.listed import DASHBOARDS
from analytics.selectors import freshness
from loyalty.errors import NoProgram
from members.admin import dialogs
from members.admin.base import operator_of

TEMPLATE = "console/dashboard.html"
# Sent by the page's own script, which waits for figures that take longer.
WAITS = "X-Dashboard-Waits"
_may_see = permission_required(PERMISSION, raise_exception=True)


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """A page for each dashboard, for the site's `get_urls`."""
    return saved_views.urls(site) + [
        path(
            f"dashboards/{dashboard.code}/",
            site.admin_view(_may_see(require_safe(partial(show, dashboard=dashboard)))),
            name=dashboard.url_name.removeprefix("admin:"),
        )
        for dashboard in DASHBOARDS
    ]


def show(request: HttpRequest, *, dashboard: Dashboard) -> HttpResponse:
    """The dashboard as the address narrows it; with `as=csv` or `as=xlsx` its file, of one chart
    where `chart` names it."""
    at = timezone.now()
    try:
        form = filter_forms.of(request.GET, operator_of(request), at)
    except NoProgram:
        return _page(request, dashboard, {"has_no_program": True})
    if not form.is_valid():
        return _unclear(request, dashboard, form)
    asked, fresh = form.asked(), freshness.now()
    waits = request.headers.get(WAITS) == "1" or "as" in request.GET
    try:
        if waits:
            read = reading.read(dashboard, asked, fresh=fresh, seconds=reading.TIMEOUT_SECONDS)
        else:
            read = reading.at_once(dashboard, asked, fresh=fresh)
    except reading.TooHeavy as error:
        if not waits:
            return _waiting(request, form, dashboard)
        return _refused(request, form, dashboard, dialogs.refusal(error), status=error.status)
    content = read.content if form.scope.is_whole_chain else reading.of_own_stores(read.content)
    shown = pages.Shown(dashboard=dashboard, asked=asked, form=form, facts_at=read.facts_at)
    if kind := request.GET.get("as", ""):
        return _file(kind, request.GET.get("chart", ""), shown, content)
    context = pages.context(shown, content, query=request.GET)
    views = saved_views.context(dashboard, operator_of(request), request.GET)
    is_old = read.is_old(facts_at=fresh.facts_at)
    return _page(request, dashboard, context | views | {"is_old": is_old})


def _file(kind: str, code: str, shown: pages.Shown, content: Content) -> HttpResponse:
    charts: Sequence[Any] = [one for one in content.charts if code in ("", one.code)]
    if kind not in files.KINDS or not charts:
        raise Http404
    period = shown.asked.filters.period
    name = "-".join(
        filter(None, (shown.dashboard.code, code, f"{period.from_on}", f"{period.to_on}"))
    )
    contents = files.Contents(
        name=name.replace("_", "-"),
        currency=shown.asked.currency,
        about=pages.about(shown),
        tiles=() if code else content.tiles,
        charts=charts,
        has_one_chart=bool(code),
    )
    return files.answer(kind, contents)


def _unclear(request: HttpRequest, dashboard: Dashboard, form: FilterForm) -> HttpResponse:
    """The form says at each field what to mend; whoever wanted a file gets the same in words."""
    if request.GET.get("as"):
        said = "\n".join(
            f"{form.fields[name].label}: {error}"
            for name, errors in form.errors.items()
            for error in errors
        )
        return HttpResponse(said, status=400, content_type="text/plain; charset=utf-8")
    return _refused(request, form, dashboard, _("Mend the filters marked red."))


def _refused(
    request: HttpRequest, form: FilterForm, dashboard: Dashboard, why: str, status: int = 200
) -> HttpResponse:
    fields = pages.filter_fields(form, dashboard)
    context = {"form": form, "filters": fields, "refusal": why}
    return _page(request, dashboard, context, status)


def _waiting(request: HttpRequest, form: FilterForm, dashboard: Dashboard) -> HttpResponse:
    """The page at once; its script asks for the figures again, and waits for them."""
    fields = pages.filter_fields(form, dashboard)
    context = {"form": form, "filters": fields, "waits": reading.TIMEOUT_SECONDS}
    return _page(request, dashboard, context)


def _page(
    request: HttpRequest, dashboard: Dashboard, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    whole = {
        **admin.site.each_context(request),
        "title": dashboard.title,
        "dashboard": dashboard,
        **context,
    }
    return TemplateResponse(request, TEMPLATE, whole, status=status)
