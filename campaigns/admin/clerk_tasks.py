"""What journeys ask people in stores to do: a list for the phone, done in two taps."""

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import DropdownFilter

from campaigns.admin import clerk_task_words
from campaigns.models import ClerkTask
from campaigns.selectors import clerk_tasks as selectors
from campaigns.services import clerk_tasks
from members.admin import dialogs
from members.admin.base import ReadOnlyAdmin, operator_of
from members.admin.members import masked_name
from members.errors import DomainError
from members.registry import birthdays

CLOSED = "closed"
_NAME = "campaigns_clerktask_"


class BoxFilter(DropdownFilter):
    """What is to be done, or what was done lately."""

    title = _("state")
    parameter_name = "box"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(CLOSED, _("Done in the last 7 days"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == CLOSED:
            return selectors.closed(queryset, at=timezone.now())
        return selectors.to_do(queryset)


@admin.register(ClerkTask)
class ClerkTaskAdmin(ReadOnlyAdmin):
    store_path = "store"
    empty_hint = _("Nothing to do: journeys of campaigns put tasks here.")
    list_filter = (BoxFilter,)
    list_per_page = 100
    list_select_related = ("store", "enrollment__campaign", "member__key", "done_by")
    search_fields = ()
    fields = (
        "name_zh",
        "name_en",
        "store",
        "guide",
        "state",
        "due_on",
        "created_at",
        "done_at",
        "done_by",
        "shown_outcome",
    )
    readonly_fields = ("shown_outcome",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path(f"<int:object_id>/{deed}/", view(require_POST(run)), name=f"{_NAME}{deed}")
            for deed, run in (
                ("done", self.mark_done),
                ("cancel", self.mark_canceled),
                ("reopen", self.mark_open),
            )
        ]
        return [*own, *super().get_urls()]

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """The longest overdue first; of what is done, the last one."""
        is_closed = request.GET.get(BoxFilter.parameter_name) == CLOSED
        return ("-done_at", "-pk") if is_closed else ("due_on", "pk")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Cards rather than a table: a clerk has a phone in one hand."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            found = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(_list())
        today = localtime(self.now(), birthdays.policy().zone).date()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Tasks"),
            "cl": found,
            "is_closed": request.GET.get(BoxFilter.parameter_name) == CLOSED,
            "tasks": [shown(one, today) for one in found.result_list],
            "count": selectors.to_do(self.get_queryset(request)).count(),
            "most": self.list_per_page,
            "outcomes": clerk_task_words.OUTCOMES.items(),
            "may_do": may_do(request),
            "may_open": request.user.has_perm("members.view_member"),
            "here": request.get_full_path(),
        }
        return TemplateResponse(request, "console/clerk_tasks.html", context)

    def mark_done(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """How it went, in the second tap."""
        return self._deed(
            request,
            object_id,
            lambda task: clerk_tasks.done(
                task_id=task.pk,
                outcome=request.POST.get("outcome", ""),
                actor_id=operator_of(request).pk,
                at=self.now(),
            ),
        )

    def mark_canceled(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._deed(
            request,
            object_id,
            lambda task: clerk_tasks.cancel(
                task_id=task.pk, actor_id=operator_of(request).pk, at=self.now()
            ),
        )

    def mark_open(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Somebody tapped in error."""
        return self._deed(request, object_id, lambda task: clerk_tasks.reopen(task_id=task.pk))

    @admin.display(description=_("how it went"))
    def shown_outcome(self, task: ClerkTask) -> str:
        return clerk_task_words.outcome(task.outcome)

    def _deed(self, request: HttpRequest, object_id: int, run: Any) -> HttpResponse:
        if not may_do(request):
            raise PermissionDenied
        task = self.get_queryset(request).filter(pk=object_id).first()
        if task is None:
            raise Http404
        try:
            task = run(task)
        except DomainError as error:
            messages.error(request, dialogs.refusal(error))
        else:
            messages.success(request, _told(task))
        return HttpResponseRedirect(_back(request))


def may_do(request: HttpRequest) -> bool:
    return request.user.has_perm("campaigns.change_clerktask")


def shown(task: ClerkTask, today: date) -> dict[str, Any]:
    """A task for a card."""
    is_open = task.state == ClerkTask.State.OPEN
    return {
        "row": task,
        "who": masked_name(task.member) or task.member.card_number,
        "due": clerk_task_words.due(task.due_on, today),
        "is_late": is_open and task.due_on < today,
        "is_open": is_open,
        "outcome": clerk_task_words.outcome(task.outcome),
        "campaign": task.enrollment.campaign.name,
    }


def _told(task: ClerkTask) -> str:
    told = {
        ClerkTask.State.DONE: gettext("Done: %(task)s"),
        ClerkTask.State.CANCELED: gettext("Not needed any more: %(task)s"),
        ClerkTask.State.OPEN: gettext("To do again: %(task)s"),
    }
    return told[ClerkTask.State(task.state)] % {"task": task.name}


def _back(request: HttpRequest) -> str:
    """Where the tap was: the list, or the member's page."""
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}):
        return asked
    return _list()


def _list() -> str:
    return reverse("admin:campaigns_clerktask_changelist")
