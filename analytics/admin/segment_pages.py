"""Pages around a segment: what stands below its form, a list to upload, its file, and overlaps."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action

from analytics.admin import segment_overlaps, segment_sections
from analytics.admin.segment_acts import SegmentActs
from analytics.admin.segment_lists import ListForm
from analytics.admin.segment_standing import page_of
from analytics.models import Segment
from analytics.selectors import segments as selectors
from analytics.services import segment_exports, segment_overrides
from analytics.services.segment_overrides import UnknownMembers
from members.admin import dialogs
from members.admin.base import operator_of
from members.errors import DomainError, NotFound

_NAME = "analytics_segment_"


class SegmentPages(SegmentActs):
    """For the page of segments."""

    actions_list = ("compare",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("overlap/", view(self.overlap), name=f"{_NAME}overlap"),
            path("<int:object_id>/file/", view(require_POST(self.file)), name=f"{_NAME}file"),
            path("<int:object_id>/about/", view(self.about), name=f"{_NAME}about"),
            path("<int:object_id>/progress/", view(self.progress), name=f"{_NAME}progress"),
            path("<int:object_id>/list/", view(self.list_page), name=f"{_NAME}list"),
        ]
        return [*own, *super().get_urls()]

    def about(self, request: HttpRequest, object_id: int) -> HttpResponse:
        segment = self._seen(request, object_id)
        shown = segment_sections.below(segment, request, at=self.now())
        return render(request, "console/segment_below.html", shown)

    def progress(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """How far the build is; asked again and again while it is at work."""
        shown = segment_sections.head(self._seen(request, object_id))
        return render(
            request, "console/segment_progress.html", {"head": {**shown, "is_done": True}}
        )

    def list_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A list of ids, taken whole or not at all; what is wrong is told by line."""
        segment = self._seen(request, object_id)
        if not self.has_list_permission(request):
            raise PermissionDenied
        if segment.is_archived:
            raise Http404
        if request.method != "POST":
            return self._list_page(request, segment, ListForm())
        form = ListForm(request.POST, request.FILES)
        if form.is_valid() and (answer := self._taken(request, segment, form)):
            return answer
        return self._list_page(request, segment, form)

    def file(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The file for whoever asked for it; each time is audited."""
        segment = self._seen(request, object_id)
        if not self.has_export_permission(request):
            raise PermissionDenied
        try:
            found = segment_exports.fetch(
                file_uid=_uid(request.POST.get("file", "")),
                actor=operator_of(request),
                at=self.now(),
            )
        except DomainError as error:
            self.message_user(request, dialogs.refusal(error), level="error")
            return HttpResponseRedirect(page_of(segment.pk))
        answer = HttpResponse(found.content, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{found.name}"'
        answer["Cache-Control"] = "no-store"
        return answer

    @action(description=_("Compare segments"), url_path="compare", icon="join_inner")
    def compare(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:analytics_segment_overlap"))

    def overlap(self, request: HttpRequest) -> HttpResponse:
        """Two to five segments over each other; the address names their codes."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        chosen = request.GET.getlist("code")[: selectors.OVERLAP_MOST + 1]
        shown = segment_overlaps.told(chosen)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("How segments lie over each other"),
            "back": reverse("admin:analytics_segment_changelist"),
            **shown,
        }
        return TemplateResponse(request, "console/segment_overlap.html", context)

    def _seen(self, request: HttpRequest, object_id: int) -> Segment:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not self._is_visible(request, str(object_id), looks=True):
            raise Http404
        found: Segment = get_object_or_404(self.get_queryset(request), pk=object_id)
        return found

    def _taken(self, request: HttpRequest, segment: Segment, form: ListForm) -> HttpResponse | None:
        listed = form.cleaned_data["listed"]
        try:
            moved = segment_overrides.upload(
                segment_id=segment.pk,
                ids=[one.id for one in listed],
                is_included=form.cleaned_data["how"] == "in",
                at=self.now(),
                actor_id=operator_of(request).pk,
            )
        except UnknownMembers as error:
            form.tell_unknown([listed[row - 1] for row in error.details["rows"]], error)
            return None
        except DomainError as error:
            form.add_error(None, dialogs.refusal(error))
            return None
        self.message_user(request, _moved(moved.entered, moved.left))
        return HttpResponseRedirect(page_of(segment.pk))

    def _list_page(self, request: HttpRequest, segment: Segment, form: ListForm) -> HttpResponse:
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": segment,
            "title": gettext("Upload a list for “%(segment)s”") % {"segment": segment},
            "form": form,
            "back": page_of(segment.pk),
        }
        return TemplateResponse(request, "console/segment_list.html", context)


def _uid(text: str) -> UUID:
    """Raises: NotFound, for a text that is no id."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


def _moved(entered: int, left: int) -> str:
    if left:
        told = ngettext("%(count)s member left.", "%(count)s members left.", left)
        return told % {"count": left}
    told = ngettext("%(count)s member came.", "%(count)s members came.", entered)
    return told % {"count": entered}
