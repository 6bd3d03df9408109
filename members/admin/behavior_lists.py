"""What members did in channels, all of it, as it happened."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display
from unfold.views import ChangeList

from members.admin import behavior_places, behavior_words
from members.admin.base import KeysetAdmin, KeysetChangeList
from members.admin.filters import InstantsFilter, StoreFilter
from members.models import BehaviorEvent, Channel, Member
from members.registry import behavior_events as registry
from members.selectors import behavior_events

NAME, CHANNEL = "_name_of_object", "_name_of_channel"


class BehaviorChangeList(KeysetChangeList):
    """Goes on below the last event shown; late ones stand where they happened."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        names = registry.names_of({event.object for event in self.result_list if event.object})
        channels = behavior_words.channels()
        for event in self.result_list:
            event.__dict__[NAME] = names.get(event.object, "")
            event.__dict__[CHANNEL] = channels.get(event.channel, event.channel)

    def page_before(self, before: str) -> tuple[list[Any], Any]:
        place = behavior_places.read(before)
        page = behavior_events.page(self.queryset, before=place, limit=self.list_per_page)
        return page.rows, behavior_places.address(page.following)


class KindFilter(DropdownFilter):
    title = _("behavior")
    parameter_name = "of_kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind, words.label) for kind, words in behavior_words.WORDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class ChannelCodeFilter(DropdownFilter):
    """Events keep the code of their channel, no reference."""

    title = _("channel")
    parameter_name = "on_channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(channel.code, channel.name) for channel in Channel.objects.order_by("code")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(channel=self.value()) if self.value() else queryset


class WhoseFilter(DropdownFilter):
    title = _("whose")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("member", _("Members'")),
            ("before", _("Members', before the log-in")),
            ("nobody", _("Visitors' not known yet")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = {
            "member": Q(member__isnull=False),
            "before": Q(is_adopted=True),
            "nobody": Q(member__isnull=True),
        }.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(wanted)


@admin.register(BehaviorEvent)
class BehaviorEventAdmin(KeysetAdmin):
    store_path = "member__store"
    empty_hint = _(
        "The app, the mini-program and the web shop send what members view, search and like."
    )
    list_display = (
        "occurred_at", "shown_deed", "shown_whose", "shown_channel", "store", "shown_dwell",
    )  # fmt: skip
    list_filter = (
        KindFilter,
        ChannelCodeFilter,
        StoreFilter,
        WhoseFilter,
        ("occurred_at", InstantsFilter),
    )
    list_select_related = ("member", "store")
    search_fields = ("external_id",)
    search_help_text = _("Card number, visitor, or the event's id in its channel, in full")
    fields = (
        ("occurred_at", "recorded_at"),
        ("shown_deed", "shown_dwell"),
        ("member", "is_adopted"),
        ("shown_channel", "store"),
        ("source", "external_id"),
        ("visitor", "shown_attributes"),
    )
    readonly_fields = ("shown_deed", "shown_channel", "shown_dwell", "shown_attributes")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return BehaviorChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By whole values alone, along the indexes that begin with member and source."""
        text = search_term.strip()
        if not text:
            return queryset, False
        member = Member.objects.filter(card_number=text.upper()).values_list("pk", flat=True)
        if pk := member.first():
            return queryset.filter(member_id=pk), False
        named = Q(external_id=text) | Q(visitor=text)
        return queryset.filter(named, source__in=behavior_events.sources()), False

    @display(description=_("what was done"))
    def shown_deed(self, event: BehaviorEvent) -> Any:
        words = behavior_words.words(event.kind)
        # Read for the whole list at once, and here on the event's own page alone.
        name = event.__dict__.get(NAME)
        if name is None:
            name = registry.names_of({event.object}).get(event.object, "")
        what = name or event.object or event.attributes.get("query", "")
        if not what:
            return words.did
        code = event.object if name else ""
        # One box, or a phone's row spreads its parts.
        told = '<span>{}: <strong>{}</strong> <span class="console-muted">{}</span></span>'
        return format_html(told, words.did, what, code)

    @display(description=_("whose"))
    def shown_whose(self, event: BehaviorEvent) -> Any:
        if event.member is None:
            return _("A visitor not known yet")
        if event.is_adopted:
            return format_html("{} · {}", event.member, _("before the log-in"))
        return str(event.member)

    @display(description=_("channel"))
    def shown_channel(self, event: BehaviorEvent) -> str:
        known: str | None = event.__dict__.get(CHANNEL)
        if known is None:
            known = behavior_words.channels().get(event.channel, event.channel)
        return known or event.source

    @display(description=_("how long"))
    def shown_dwell(self, event: BehaviorEvent) -> str:
        return behavior_words.duration(event.dwell_seconds or 0) or "–"

    @display(description=_("attributes"))
    def shown_attributes(self, event: BehaviorEvent) -> Any:
        rows = ((name, str(value)) for name, value in sorted(event.attributes.items()))
        return format_html_join("", '<p class="console-step">{}: {}</p>', rows) or "–"
