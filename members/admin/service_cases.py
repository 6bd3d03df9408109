"""The inbox of service cases, and a case as a conversation."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from members.admin import labels, sealed, service_case_words, service_openings
from members.admin.base import EstimatedPaginator, ReadOnlyAdmin
from members.admin.filters import StoreFilter
from members.admin.members import masked_name
from members.admin.service_case_acts import ServiceCaseActs
from members.models import ServiceCase
from members.selectors import scopes, service_cases

FIGURE_DAYS = 30


class BoxFilter(DropdownFilter):
    """Which of the inboxes."""

    title = _("inbox")
    parameter_name = "box"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("mine", _("Mine")),
            ("unanswered", _("Without an answer")),
            ("overdue", _("Overdue")),
            ("ongoing", _("All that are not resolved")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return narrowed(queryset, self.value(), request)


@admin.register(ServiceCase)
class ServiceCaseAdmin(ServiceCaseActs, ReadOnlyAdmin):
    store_path = "store"
    empty_hint = _("Nobody has asked anything: open a case from a member's page or the counter.")
    list_before_template = "console/service_inbox.html"
    list_display = (
        "shown_clock",
        "shown_state",
        "topic",
        "priority",
        "shown_member",
        "store",
        "assignee",
        "opened_at",
    )
    list_filter = (BoxFilter, "state", "topic", "kind", "medium", StoreFilter)
    list_select_related = ("topic", "store", "assignee", "member__key")
    paginator = EstimatedPaginator
    sortable_by = ()
    show_add_link = True

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["console/member.css", "console/service.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("members.add_servicecase")

    def may_read(self, request: HttpRequest) -> bool:
        """What people wrote is for those who answer them."""
        return request.user.has_perm("members.change_servicecase")

    # The inbox

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """What is due first stands first where one works; else the newest."""
        waits = request.GET.get("box") in ("unanswered", "overdue")
        return ("first_response_due_at", "pk") if waits else ("-opened_at", "-pk")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        at = self.now()
        scope = scopes.scope_for(request.user)
        since = at - timedelta(days=FIGURE_DAYS)
        figures = service_cases.figures(since=since, until=at, scope=scope)
        context = {
            "figures": figures,
            "first_response": service_case_words.average(figures.average_first_response_seconds),
            "resolution": service_case_words.average(figures.average_resolution_seconds),
            "figure_days": FIGURE_DAYS,
            "boxes": self._boxes(request),
        }
        shown: HttpResponse = super().changelist_view(request, {**(extra_context or {}), **context})
        return shown

    def _boxes(self, request: HttpRequest) -> list[dict[str, Any]]:
        current = request.GET.get("box", "")
        cases = self.get_queryset(request)
        names = [("mine", _("Mine")), ("unanswered", _("Without an answer"))]
        names += [("overdue", _("Overdue")), ("ongoing", _("Ongoing")), ("", _("All"))]
        return [
            {
                "code": code,
                "title": title,
                "is_current": code == current,
                # Counted on indexes, up to a bound.
                "count": narrowed(cases, code, request).order_by()[:100].count() if code else None,
            }
            for code, title in names
        ]

    def get_list_display(self, request: HttpRequest) -> list[str]:
        first = "shown_subject" if self.may_read(request) else "shown_number"
        return [first, *self.list_display]

    @display(description=_("about"))
    def shown_subject(self, case: ServiceCase) -> str:
        return f"#{case.pk} {sealed.shown(case, 'subject')}"

    @display(description=_("number"))
    def shown_number(self, case: ServiceCase) -> str:
        return str(case)

    @display(description=_("first answer"))
    def shown_clock(self, case: ServiceCase) -> str:
        told = service_case_words.clock(case, self.now())
        return format_html('<span class="clock clock-{}">{}</span>', told["tone"], told["text"])

    @display(description=_("state"), label=service_case_words.COLORS)
    def shown_state(self, case: ServiceCase) -> labels.Label:
        return labels.label(case.state, case.get_state_display())

    @display(description=_("member"))
    def shown_member(self, case: ServiceCase) -> str:
        return "–" if case.member is None else masked_name(case.member) or str(case.member)

    # A case

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), "opts": self.opts}
        return service_openings.page(request, context=context, at=self.now())

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        case = self.get_object(request, unquote(object_id))
        if case is None:
            raise Http404
        if not self.has_view_permission(request, case):
            raise PermissionDenied
        return TemplateResponse(request, "console/service_case.html", self._page(request, case))

    def _page(self, request: HttpRequest, case: ServiceCase) -> dict[str, Any]:
        reads = self.may_read(request)
        said = service_cases.conversation(case=case) if reads else []
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": case,
            "object": case,
            "title": _("Case #%(number)s") % {"number": case.pk},
            "case": case,
            "may_read": reads,
            "subject": sealed.shown(case, "subject") if reads else "",
            "said": [{"message": one, "text": sealed.shown(one, "text")} for one in said],
            "clock": service_case_words.clock(case, self.now()),
            "flag": service_case_words.FLAGS.get(case.state, ""),
            "masked_name": "" if case.member is None else masked_name(case.member),
            "member_page": _member_page(request, case),
            "actions_detail": self._get_actions_navigation(
                self.actions_detail, self.get_actions_detail(request, case.pk), str(case.pk)
            ),
        }


def narrowed(cases: QuerySet[Any], box: str | None, request: HttpRequest) -> QuerySet[Any]:
    """The cases of an inbox."""
    if box == "mine":
        return service_cases.of_person(cases, person_id=request.user.pk or 0)
    if box == "unanswered":
        return service_cases.without_answer(cases)
    if box == "overdue":
        return service_cases.overdue(cases, at=timezone.now())
    return service_cases.ongoing(cases) if box == "ongoing" else cases


def _member_page(request: HttpRequest, case: ServiceCase) -> str:
    """The member's page, where this operator may open it."""
    member = case.member
    if member is None or not request.user.has_perm("members.view_member"):
        return ""
    if not scopes.scope_for(request.user).contains(member.store_id):
        return ""
    return reverse("admin:members_member_change", args=[member.pk]) + "?tab=service"
