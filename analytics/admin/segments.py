"""Segments: the list, the form with the builder, and the page of one. See docs/segments.md."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from analytics.admin import segment_sections, segment_words
from analytics.admin.segment_forms import SegmentForm, draft_of, read_seen
from analytics.admin.segment_pages import SegmentPages
from analytics.admin.segment_previews import SegmentPreviews
from analytics.models import Segment
from analytics.registry import segment_users
from analytics.services import segments
from members.admin import condition_sentences, dialogs
from members.admin.base import ConsoleChangeList, operator_of
from members.errors import DomainError


class ArchivedFilter(DropdownFilter):
    """Archived ones are out of the way until somebody asks for them."""

    title = _("archived")
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Archived ones")), ("all", _("With archived ones"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(is_archived=self.value() == "yes")


class PublishedFilter(DropdownFilter):
    title = _("published as a tag")
    parameter_name = "published"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(tag__isnull=self.value() == "no")


class SegmentChangeList(ConsoleChangeList):
    """Choices that sentences name are read once for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        said = segment_words.words()
        for row in self.result_list:
            row.said = said


@admin.register(Segment)
class SegmentAdmin(SegmentPreviews, SegmentPages):
    class Media:
        css = {"all": ("console/member.css", "console/segments.css")}

    form = SegmentForm
    empty_hint = _(
        "A segment is a group of members, by a condition or by hand: say who, and see at once how "
        "many they are."
    )
    list_display = (
        "shown_name", "shown_kind", "shown_sentence", "members_count", "built_at", "refresh",
        "tag", "shown_state",
    )  # fmt: skip
    list_display_links = ("shown_name",)
    list_filter = ("kind", "refresh", PublishedFilter, ArchivedFilter)
    list_select_related = ("tag", "build")
    search_fields = ("code", "name_zh", "name_en", "description")
    search_help_text = _("Code, name or a word of what it is for")
    ordering = ("code",)
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("code", "description"))}),
        (_("Who"), {"fields": (("kind", "refresh"), "condition", "seen_version")}),
    )
    change_form_outer_before_template = "console/segment_outer.html"
    change_form_outer_after_template = "console/segment_about.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConsoleChangeList]:
        return SegmentChangeList

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        return ("code", "kind", "shown_sentence") if _is_closed(obj) else ("code",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        may = obj is None or self.has_change_permission(request, obj)
        if may and (obj is None or not _is_closed(obj)):
            return self.fieldsets
        who: tuple[Any, ...] = (("kind", "refresh"), "shown_sentence")
        if may:
            who = (*who, "seen_version")
        return (self.fieldsets[0], (_("Who"), {"fields": who}))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_archived:
            return False
        allowed: bool = super().has_change_permission(request, obj)
        return allowed

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What changed between the form's check and the service's own is told, not a page of
        errors."""
        try:
            answer: HttpResponse = super().changeform_view(
                request, object_id, form_url, extra_context
            )
        except DomainError as error:
            messages.error(request, dialogs.refusal(error))
            return HttpResponseRedirect(request.path)
        return answer

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        segment = kwargs.get("obj")
        if segment is not None and segment.pk:
            if request.method == "POST":
                # As it is kept: a form that is refused left its own words in the row.
                segment = self.get_queryset(request).get(pk=segment.pk)
            context["head"] = segment_sections.head(segment)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Segment, form: Any, change: bool) -> None:
        version, seen = read_seen(form.cleaned_data.get("seen_version", ""))
        draft, at, actor_id = draft_of(obj, seen), self.now(), operator_of(request).pk
        if not change:
            obj.pk = segments.define(draft=draft, at=at, actor_id=actor_id).pk
            return
        bound = segment_users.bound_to(obj)
        changed = segments.change(
            segment_id=obj.pk, version=version, draft=draft, at=at, actor_id=actor_id
        )
        if bound and changed.version != version:
            told = gettext("Paused, until they are approved again: %(names)s.")
            names = condition_sentences.listed([str(user.name) for user in bound])
            messages.warning(request, told % {"names": names})

    def response_add(
        self, request: HttpRequest, obj: Segment, post_url_continue: str | None = None
    ) -> HttpResponse:
        """To its page, where it can be built."""
        messages.success(request, gettext("Saved. Nobody is in it before its first build."))
        return HttpResponseRedirect(reverse("admin:analytics_segment_change", args=[obj.pk]))

    @display(description=_("segment"), header=True, ordering="code")
    def shown_name(self, row: Segment) -> list[str]:
        return [str(row) or row.code, row.code]

    @display(description=_("kind"), ordering="kind")
    def shown_kind(self, row: Segment) -> str:
        return segment_words.kind_label(row)

    @display(description=_("who"))
    def shown_sentence(self, row: Segment) -> str:
        said = getattr(row, "said", None) or segment_words.words()
        return segment_words.sentence(row.condition, said)

    @display(description=_("last build"), label=segment_words.BUILD_COLORS)
    def shown_state(self, row: Segment) -> Any:
        return segment_words.state(row)


def _is_closed(segment: Segment) -> bool:
    """A snapshot that was built stays as it is."""
    return bool(segment.kind == Segment.Kind.SNAPSHOT and segment.built_at is not None)
