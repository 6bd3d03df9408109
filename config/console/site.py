"""The admin site at /console/."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from config.console import navigation, search

RESULTS_TEMPLATE = "unfold/helpers/command_results.html"


class ConsoleSite(UnfoldAdminSite):
    """Unfold's site with a home page by role and a search that keeps nothing.

    Named `admin`, as Django's and Unfold's templates reverse that name.
    """

    index_title = _("Home")
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Takes the pages that were made for the console. Packages register pages for tokens,
        lockouts and tasks too: those would stand there without scope, words or form."""
        if getattr(admin_class, "is_console_page", False):
            super().register(model_or_iterable, admin_class, **options)

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """Of one app: every page would make and sort the list of all, and the sidebar shows
        places instead."""
        return super().get_app_list(request, app_label) if app_label else []

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Each address is made once per page; Unfold's own way makes them some hundred times."""
        tabs = [
            [str(tab["link"]) for tab in row["items"]]
            for row in self._get_config("TABS", request) or ()
        ]
        return navigation.sidebar(request, tabs)

    def search(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The palette (Ctrl + K). Unfold's own view keeps results for five minutes in the cache:
        names in clear there, titles in the wrong language, and members of a store that the
        operator has left. By POST, since addresses are logged and people type names here."""
        text = request.POST.get("s", "").strip()
        if not text:
            return HttpResponse()
        page = search.page_of(search.find(request=request, text=text))
        context = {"results": page, "page_obj": page.paginator, "page_counter": 0}
        return TemplateResponse(
            request, RESULTS_TEMPLATE, context, headers={"HX-Trigger": "search"}
        )
