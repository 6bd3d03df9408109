"""What every page of the console shares: scope, bounded counts, pages by key, read-only tables."""

import re
from datetime import datetime
from functools import wraps
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.checks import ModelAdminChecks
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import connections, models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.views import ChangeList

from members.models import User
from members.registry import changes
from members.selectors import pages, scopes

BEFORE = "before"
COUNTED_EXACTLY = 10_000
# How a row's id is spelled: `None`, `abc`, digits of other scripts and numbers that no column holds
# are nobody's.
_ID = re.compile(r"[0-9]{1,18}")
_PATTERNS = ("__regex", "__iregex")
# Django's own pages of a row, which say themselves that there is none; deeds don't look.
_PAGES = ("_change", "_history", "_delete")


def operator_of(request: HttpRequest) -> User:
    """Who works here; the site lets nobody in who hasn't logged in."""
    return cast("User", request.user)


class ConsoleAdmin(ModelAdmin):
    """A table of the console.

    `store_path` leads from a row to its store: operators see the rows of theirs. None, where
    rows belong to nobody's store. `empty_hint` says what to do while there are no rows.
    """

    # The console's site takes no other pages.
    is_console_page = True
    store_path: ClassVar[str | None] = None
    empty_hint: ClassVar[Any] = _("Nothing has been recorded here yet.")

    # Unfold's checks ask the database for permissions, which breaks the first `migrate`.
    checks_class = ModelAdminChecks
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_select_related: Any = ()
    list_per_page = 50
    list_filter_submit = True
    list_fullwidth = True
    warn_unsaved_form = True
    actions: Any = None

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        queryset = super().get_queryset(request)
        if isinstance(self.list_select_related, tuple):
            # Django leaves these joins out where a manager has joins of its own, as members' has.
            queryset = queryset.select_related(*self.list_select_related)
        if self.store_path is None:
            return queryset
        return scopes.scope_for(request.user).narrow(queryset, path=self.store_path)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """No patterns in addresses: a wrong one is an error of the database, a long one never
        ends."""
        if lookup.endswith(_PATTERNS):
            return False
        allowed: bool = super().lookup_allowed(lookup, value, request)
        return allowed

    def has_rows(self, request: HttpRequest) -> bool:
        """Whether the table has any row: asked once for a page, which asks for rights often."""
        known: dict[Any, bool] = request.__dict__.setdefault("_tables_with_rows", {})
        if self.model not in known:
            known[self.model] = self.model._default_manager.exists()
        return known[self.model]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ConsoleChangeList

    def get_urls(self) -> list[URLPattern]:
        """Every address of one row, dialogs of deeds among them, is 404 where the row is another
        store's, and where no row can have such an id: no page has to think of it."""
        found: list[URLPattern] = super().get_urls()
        for pattern in found:
            if "object_id" in pattern.pattern.converters:
                is_page = pattern.name is None or pattern.name.endswith(_PAGES)
                pattern.callback = self._within_scope(pattern.callback, looks=not is_page)
        return found

    def _within_scope(self, view: Any, *, looks: bool) -> Any:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            object_id = kwargs.get("object_id")
            if object_id is not None and not self._is_visible(request, str(object_id), looks=looks):
                raise Http404
            answer: HttpResponse = view(request, *args, **kwargs)
            return answer

        return guarded

    def _is_visible(self, request: HttpRequest, object_id: str, *, looks: bool) -> bool:
        """One query, for those who work for some stores only, or where the view doesn't look
        itself. Whoever isn't logged in is led to the log-in, whatever they asked for."""
        if not isinstance(request.user, User):
            return True
        if not _ID.fullmatch(object_id):
            return False
        if not looks and scopes.scope_for(request.user).is_whole_chain:
            return True
        return bool(self.get_queryset(request).filter(pk=object_id).exists())

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With a link to the object's recorded changes, for those who may see them."""
        is_tracked = self.model._meta.db_table in changes.TRACKED
        context["show_history"] = is_tracked and request.user.has_perm("members.view_changerecord")
        page: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return page

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The object's changes as the database recorded them, for those who may see the trail."""
        obj = self.get_object(request, unquote(object_id))
        table = self.model._meta.db_table
        if obj is not None and table in changes.TRACKED and self.has_view_permission(request, obj):
            if not request.user.has_perm("members.view_changerecord"):
                raise PermissionDenied
            query = urlencode({"of": table, "row": obj.pk})
            return HttpResponseRedirect(
                f"{reverse('admin:members_changerecord_changelist')}?{query}"
            )
        answer: HttpResponse = super().history_view(request, object_id, extra_context)
        return answer

    def now(self) -> datetime:
        """The console is a door: here the clock is read."""
        return timezone.now()


class NamedChangeList(ChangeList):
    """Is called what it lists; Django's "Select member to change" is no name of a page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_popup:
            self.title = capfirst(self.opts.verbose_name_plural)


class ConsoleChangeList(NamedChangeList):
    """Says how many rows match once something narrows the list, and only then."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.has_active_filters and not self.query:
            self.full_result_count = self.result_count


class ReadOnlyAdmin(ConsoleAdmin):
    """A table that staff read and services write."""

    warn_unsaved_form = False
    show_add_link = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):
    """Rows of a document, on a tab of its page."""

    tab = True
    extra = 0
    can_delete = False
    show_change_link = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Whoever may open the document may read its rows.
        return True


class EstimatedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to ten thousand rows; a whole table above that is estimated from statistics."""

    @cached_property
    def count(self) -> int:
        queryset = self.object_list
        counted: int = queryset.order_by()[: COUNTED_EXACTLY + 1].count()  # type: ignore[union-attr]
        if counted <= COUNTED_EXACTLY or queryset.query.where:  # type: ignore[union-attr]
            return counted
        return max(counted, _estimated_rows(queryset))


class KeysetAdmin(ReadOnlyAdmin):
    """A table that only grows: newest first, the millionth page as quick as the first."""

    ordering = ("-id",)
    sortable_by: Any = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return KeysetChangeList


class KeysetPaginator(Paginator):  # type: ignore[type-arg]
    template_name = "console/keyset_pagination.html"

    @cached_property
    def count(self) -> int:
        return 0


class KeysetChangeList(NamedChangeList):
    """Asks for the rows below the last one shown, and never counts."""

    older_query = ""
    newest_query = ""
    estimated_count: int | None = None

    def get_filters_params(self, params: Any = None) -> Any:
        lookups = super().get_filters_params(params)
        lookups.pop(BEFORE, None)
        return lookups

    def get_results(self, request: HttpRequest) -> None:
        before = request.GET.get(BEFORE, "")
        rows, older = self.page_before(before)
        self.result_list = rows
        self.paginator = KeysetPaginator(rows, self.list_per_page)
        # Equal, so that the header shows neither; the pages' foot shows the estimate.
        self.result_count = self.full_result_count = len(rows)
        self.show_admin_actions = False
        self.can_show_all = self.multi_page = False
        # Of the whole table, so it is nobody's figure who sees a part.
        if not self.queryset.query.where:
            self.estimated_count = _estimated_rows(self.queryset)
        if older:
            self.older_query = self.get_query_string({BEFORE: older})
        if before:
            self.newest_query = self.get_query_string(remove=[BEFORE])

    def page_before(self, before: str) -> tuple[list[Any], Any]:
        """The rows below the one that the address names, and what names the last of them."""
        before_id = int(before) if before.isdecimal() and len(before) < 19 else None
        page = pages.newest_first(self.queryset, before_id=before_id, limit=self.list_per_page)
        return page.rows, page.next_before_id


def _estimated_rows(queryset: models.QuerySet[Any]) -> int:
    """The planner's statistics of the table; −1 (never analyzed) counts as none."""
    table = queryset.model._meta.db_table
    with connections[queryset.db].cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table])
        row = cursor.fetchone()
    return max(0, row[0]) if row else 0
