"""How one finds something in the trails: one box for all that names a person or a request."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.admin import change_words
from members.models import ApiClient, Member, User
from members.registry import changes

# Words within reasons have no index: they are looked for in so many days.
WORDS_WITHIN = timedelta(days=92)
SEARCH_HELP = _("User name, API client, card number, request id, or words of the reason")


def found(queryset: QuerySet[Any], text: str, *, of_member: Any, now: datetime) -> QuerySet[Any]:
    """The rows of whom or what `text` names; else those of the last months with these words.

    `of_member(pk)` narrows the table at hand to one member.
    """
    user = User.objects.filter(username=text).values_list("pk", flat=True).first()
    if user is not None:
        return queryset.filter(actor_id=user)
    client = ApiClient.objects.filter(Q(source=text) | Q(name=text)).values_list("pk", flat=True)
    if clients := list(client[:20]):
        return queryset.filter(client_id__in=clients)
    member = Member.objects.filter(card_number=text).values_list("pk", flat=True).first()
    if member is not None:
        return queryset.filter(of_member(member))
    asked = queryset.filter(request_id=text)
    if len(text) <= 64 and asked.exists():
        return asked
    return queryset.filter(occurred_at__gt=now - WORDS_WITHIN, reason__icontains=text)


class TableFilter(admin.SimpleListFilter):
    """Of what: settings by the name of their page."""

    title = _("of what")
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        own = {one.of for one in changes.TRACKED.values()}
        titled = ((table, change_words.title_of(table)) for table in own)
        return sorted(titled, key=lambda one: one[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(table__in=changes.tables_of(str(self.value())))


class RowFilter(admin.SimpleListFilter):
    """Of which one: set by the link on an object's page."""

    title = _("of which one")
    parameter_name = "row"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        row = request.GET.get("row", "")[:64]
        return [(row, f"#{row}")] if row else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(row_id=self.value()) if self.value() else queryset
