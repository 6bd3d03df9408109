"""The inbox of privacy requests with their clocks, and the page of one: steps, package,
recipients, certificate."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.decorators import display

from members.admin import dialogs, labels, privacy_acts, privacy_words
from members.admin.base import ConsoleAdmin, KeysetAdmin, KeysetChangeList, operator_of
from members.errors import DomainError
from members.models import Holiday, PrivacyClock, PrivacyRequest
from members.selectors import certificates
from members.selectors import privacy_requests as selectors
from members.services import privacy_exports

COLORS = labels.Colors(
    {
        "RECEIVED": "warning",
        "VERIFIED": "info",
        "RUNNING": "primary",
        "DONE": "success",
        "REFUSED": "danger",
    }
)
TONES = {"overdue": "danger", "soon": "warning", "calm": "success"}
LEFT = "_countdown"


class PrivacyChangeList(KeysetChangeList):
    """Counts down the whole page with one reading of calendar and clocks."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        clocks = selectors.Clocks(self.model_admin.now())
        for row in self.result_list:
            row.__dict__[LEFT] = clocks.of(row)


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(privacy_acts.Acts, KeysetAdmin):
    """Open requests come first in the sidebar's count; the list is newest first."""

    store_path = "member__store"
    empty_hint = gettext_lazy(
        "Members' requests appear here: from their page in the console, a channel, or their app."
    )
    list_display = (
        "id",
        "shown_kind",
        "member",
        "shown_state",
        "shown_left",
        "due_on",
        "source",
        "received_at",
        "taken_by",
    )
    list_display_links = ("id", "shown_kind")
    list_filter = ("state", "kind")
    list_select_related = ("member", "taken_by")
    search_fields = ("=member__card_number",)
    search_help_text = gettext_lazy("Card number")
    list_before_template = "console/privacy_calendar.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[PrivacyRequest]:
        rows: QuerySet[PrivacyRequest] = super().get_queryset(request)
        return rows.select_related("member__key", "taken_by").defer("details")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return PrivacyChangeList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        years = selectors.unknown_years(at=self.now())
        return super().changelist_view(request, {**(extra_context or {}), "unknown_years": years})

    @display(description=gettext_lazy("right"))
    def shown_kind(self, row: PrivacyRequest) -> str:
        return row.get_kind_display()

    @display(description=gettext_lazy("state"), label=COLORS)
    def shown_state(self, row: PrivacyRequest) -> labels.Label:
        return labels.label(row.state, row.get_state_display())

    @display(description=gettext_lazy("time left"), label=TONES)
    def shown_left(self, row: PrivacyRequest) -> labels.Label | None:
        left: selectors.Countdown = row.__dict__[LEFT]
        text = privacy_words.countdown(left)
        return labels.label(left.tone, text) if text else None

    # The page

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path(
                "<int:object_id>/package/",
                view(require_POST(self.package_view)),
                name="members_privacyrequest_package",
            ),
            path(
                "<int:object_id>/certificate/",
                view(self.certificate_view),
                name="members_privacyrequest_certificate",
            ),
        ]
        return [*own, *super().get_urls()]

    def page_of(self, object_id: Any) -> str:
        return reverse("admin:members_privacyrequest_change", args=[object_id])

    def visible(self, request: HttpRequest, object_id: Any) -> PrivacyRequest:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not str(object_id).isdecimal():
            raise Http404
        rows = super().get_queryset(request).select_related("member__key", "taken_by", "decided_by")
        return get_object_or_404(rows, pk=object_id)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.visible(request, object_id)
        return TemplateResponse(request, "console/privacy_request.html", self._page(request, row))

    def _page(self, request: HttpRequest, row: PrivacyRequest) -> dict[str, Any]:
        at = self.now()
        left = selectors.Clocks(at).of(row)
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            # The trail above shows it: as people call it, not by its id.
            "original": f"{row.get_kind_display()} · {row.member.card_number}",
            "object": row,
            "title": f"{row.get_kind_display()} · {row.member.card_number}",
            "row": row,
            "left": privacy_words.countdown(left),
            "tone": TONES.get(left.tone, ""),
            "clock": privacy_words.clock(row.clock),
            "steps": _steps(row),
            "what": privacy_words.what_happens(row),
            "fields": _fields(row),
            "file": selectors.file_of(row, at=at),
            "may_fetch": request.user.has_perm(privacy_exports.MAY_FETCH),
            "erasure": selectors.erasure_of(row),
            "notices": list(selectors.notices_of(row)),
            "member_url": reverse("admin:members_member_change", args=[row.member_id]),
            "actions_detail": self._get_actions_navigation(
                self.actions_detail, self.get_actions_detail(request, row.pk), str(row.pk)
            ),
        }

    def package_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Fetching is written down, so it is no plain link."""
        row = self.visible(request, object_id)
        file = selectors.file_of(row, at=self.now())
        if file is None:
            raise Http404
        try:
            fetched = privacy_exports.fetch(
                file_uid=file.uid, actor=operator_of(request), at=self.now()
            )
        except DomainError as error:
            self.message_user(request, dialogs.refusal(error), level="ERROR")
            return HttpResponseRedirect(self.page_of(row.pk))
        return HttpResponse(
            fetched.content,
            content_type="application/zip",
            headers={
                "Content-Disposition": f'attachment; filename="{fetched.name}"',
                "Cache-Control": "no-store",
            },
        )

    def certificate_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        row = self.visible(request, object_id)
        erasure = selectors.erasure_of(row)
        if erasure is None:
            raise Http404
        context = {
            "title": _("Certificate of erasure"),
            "certificate": certificates.of(erasure),
            "back": self.page_of(row.pk),
        }
        return TemplateResponse(request, "console/privacy_certificate.html", context)


def _steps(row: PrivacyRequest) -> list[tuple[Any, datetime | None, Any]]:
    """(what, when, by whom) of the steps so far and to come."""
    return [
        (_("Received"), row.received_at, row.source),
        (
            _("Identity checked"),
            row.verified_at,
            privacy_words.HOW.get(row.verified_how, row.verified_how),
        ),
        (
            row.get_state_display() if row.closed_at else _("Done"),
            row.closed_at,
            row.decided_by or "",
        ),
    ]


def _fields(row: PrivacyRequest) -> list[Any]:
    """Names of the fields of a correction: what they become is shown to nobody."""
    if row.kind != PrivacyRequest.Kind.CORRECTION or not row.details:
        return []
    return [label for name, label in privacy_words.FIELDS.items() if name in row.details]


@admin.register(Holiday)
class HolidayAdmin(ConsoleAdmin):
    """Days that are not as their weekday says. Requests that came before keep their due day."""

    empty_hint = gettext_lazy("Without entries only Saturdays and Sundays are free.")
    list_display = ("day", "weekday", "shown_kind", "name")
    list_filter = ("is_working",)
    date_hierarchy = "day"
    ordering = ("-day",)
    fields = (("day", "is_working"), "name")

    @display(description=gettext_lazy("weekday"))
    def weekday(self, row: Holiday) -> str:
        return str(WEEKDAYS[row.day.weekday()])

    @display(description=gettext_lazy("kind"), label={"worked": "warning", "free": "success"})
    def shown_kind(self, row: Holiday) -> labels.Label:
        if row.is_working:
            return labels.label("worked", _("Worked"))
        return labels.label("free", _("Free"))


@admin.register(PrivacyClock)
class PrivacyClockAdmin(ConsoleAdmin):
    """How long a kind of request may take; changing it moves no request that is open."""

    empty_hint = gettext_lazy("Set up puts the clocks of the law here.")
    list_display = ("shown_kind", "count", "unit", "warn_days")
    list_display_links = ("shown_kind",)
    fields = ("kind", ("count", "unit"), "warn_days")

    @display(description=gettext_lazy("right"), ordering="kind")
    def shown_kind(self, row: PrivacyClock) -> str:
        return row.get_kind_display()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("kind",) if obj else ()
