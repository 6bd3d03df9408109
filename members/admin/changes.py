"""What was changed in settings, accounts and members: by whom, why and from where."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.views import ChangeList

from members.admin import change_words, labels, trail_filters
from members.admin.base import KeysetAdmin, KeysetChangeList
from members.admin.change_words import Difference
from members.admin.filters import InstantsFilter
from members.models import ApprovalRequest, ChangeRecord
from members.registry import changes
from members.selectors import scopes

KINDS = {"INSERT": "success", "UPDATE": "info", "DELETE": "danger"}
SHOWN_IN_LIST = 4
_LONGEST = 80


class ChangeChangeList(KeysetChangeList):
    """Looks up once for the whole page what its changes point at."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        names = change_words.names_of(self.result_list)
        for record in self.result_list:
            record.names = names


@admin.register(ChangeRecord)
class ChangeRecordAdmin(KeysetAdmin):
    """Written by the database's own triggers; nobody can add, change or delete a line here."""

    empty_hint = gettext_lazy("Every change of a setting or an account appears here by itself.")
    list_display = (
        "occurred_at",
        "shown_object",
        "shown_kind",
        "shown_short",
        "shown_who",
        "reason",
    )
    list_filter = (
        trail_filters.TableFilter,
        trail_filters.RowFilter,
        "kind",
        ("occurred_at", InstantsFilter),
    )
    list_select_related = ("actor", "client")
    search_fields = ("=request_id",)
    search_help_text = trail_filters.SEARCH_HELP
    fields = (
        ("occurred_at", "shown_kind"),
        ("shown_object", "row_id"),
        "shown_differences",
        ("actor", "client"),
        ("origin", "address"),
        "reason",
        ("request_id", "shown_approval"),
    )
    readonly_fields = ("shown_object", "shown_kind", "shown_differences", "shown_approval")

    class Media:
        css = {"all": ["console/people.css"]}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ChangeChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChangeRecord]:
        """Settings and accounts are the whole chain's: whoever works for some stores sees none."""
        queryset: QuerySet[ChangeRecord] = super().get_queryset(request)
        is_whole_chain = scopes.scope_for(request.user).is_whole_chain
        return queryset if is_whole_chain else queryset.none()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ChangeRecord], search_term: str
    ) -> tuple[QuerySet[ChangeRecord], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        tables = changes.tables_of("members_member")
        return trail_filters.found(
            queryset,
            text,
            of_member=lambda pk: Q(table__in=tables, row_id=str(pk)),
            now=self.now(),
        ), False

    @display(description=gettext_lazy("of what"))
    def shown_object(self, record: ChangeRecord) -> str:
        return change_words.object_of(record, self._names(record))

    @display(description=gettext_lazy("what"), label=KINDS)
    def shown_kind(self, record: ChangeRecord) -> labels.Label:
        return labels.label(record.kind, record.get_kind_display())

    @display(description=gettext_lazy("who"))
    def shown_who(self, record: ChangeRecord) -> str:
        return str(record.actor or record.client or record.origin)

    @display(description=gettext_lazy("changes"))
    def shown_short(self, record: ChangeRecord) -> SafeString:
        told = self._differences(record)
        shown = format_html_join(
            mark_safe("<br>"),
            "{}: {}",
            ((one.label, _arrow(one)) for one in told[:SHOWN_IN_LIST]),
        )
        more = len(told) - SHOWN_IN_LIST
        if more <= 0:
            return shown
        return format_html("{}<br>{}", shown, _("and %(count)s more") % {"count": more})

    @display(description=gettext_lazy("changes"))
    def shown_differences(self, record: ChangeRecord) -> SafeString:
        rows = format_html_join(
            "",
            '<tr><th scope="row">{}</th><td><del>{}</del></td><td><ins>{}</ins></td></tr>',
            ((one.label, one.before, one.after) for one in self._differences(record)),
        )
        return format_html(
            '<table class="change-diff"><thead><tr><th scope="col">{}</th><th scope="col">{}</th>'
            '<th scope="col">{}</th></tr></thead><tbody>{}</tbody></table>',
            _("Field"),
            _("Before"),
            _("After"),
            rows,
        )

    @display(description=gettext_lazy("approval"))
    def shown_approval(self, record: ChangeRecord) -> str:
        if record.approval is None:
            return "–"
        request = ApprovalRequest.objects.filter(uid=record.approval).select_related(
            "maker", "checker"
        )
        found = request.first()
        if found is None:
            return str(record.approval)
        return _("asked by %(maker)s, decided by %(checker)s") % {
            "maker": found.maker,
            "checker": found.checker,
        }

    def _differences(self, record: ChangeRecord) -> list[Difference]:
        # The page's template asks several times for what it shows once.
        if not hasattr(record, "told"):
            record.told = change_words.differences(record, self._names(record))  # type: ignore[attr-defined]
        return record.told  # type: ignore[attr-defined,no-any-return]

    def _names(self, record: ChangeRecord) -> change_words.Names:
        if not hasattr(record, "names"):
            record.names = change_words.names_of([record])  # type: ignore[attr-defined]
        return record.names  # type: ignore[attr-defined,no-any-return]


def _arrow(one: Difference) -> str:
    sides = [_cut(side) for side in (one.before, one.after) if side]
    return " → ".join(sides)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
