"""Numbers in the sidebar: what waits for this operator. Counted up to a bound, on indexes, all in
one query for a page."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from campaigns.models import StepCall
from campaigns.selectors import clerk_tasks
from members.models import ApprovalRequest, Dispatch, Job
from members.selectors import breaches, privacy_requests, scopes, service_cases

MOST = 100
_KEPT = "_badges"


def waiting_approvals(request: HttpRequest) -> int:
    """Requests that the operator may decide: never their own."""
    if not request.user.has_perm("members.decide_approvalrequest"):
        return 0
    return _counts(request)["approvals"]


def overdue_cases(request: HttpRequest) -> int:
    """Service cases of the operator's stores that should have been answered by now."""
    return _counts(request)["cases"]


def open_duties(request: HttpRequest) -> int:
    """Duties of breaches that nobody has noted as done."""
    return _counts(request)["duties"]


def open_privacy_requests(request: HttpRequest) -> int:
    """Privacy requests of the operator's stores that wait for an answer."""
    return _counts(request)["privacy"]


def due_tasks(request: HttpRequest) -> int:
    """Tasks of the operator's stores that should be done by tonight."""
    return _counts(request)["tasks"]


def dead_calls(request: HttpRequest) -> int:
    """Calls of other systems that failed for good."""
    return _counts(request)["calls"]


def running_jobs(request: HttpRequest) -> int:
    return _counts(request)["jobs"]


def dead_dispatches(request: HttpRequest) -> int:
    return _counts(request)["dispatches"]


def _approvals(request: HttpRequest) -> QuerySet[Any]:
    waiting = ApprovalRequest.objects.filter(status=ApprovalRequest.Status.PENDING)
    return waiting.exclude(maker_id=request.user.pk)


def _cases(request: HttpRequest) -> QuerySet[Any]:
    cases = service_cases.visible(scope=scopes.scope_for(request.user))
    return service_cases.overdue(cases, at=timezone.now())


def _privacy(request: HttpRequest) -> QuerySet[Any]:
    rows = privacy_requests.visible(scope=scopes.scope_for(request.user))
    return privacy_requests.open_requests(rows)


def _duties(request: HttpRequest) -> QuerySet[Any]:
    return breaches.open_duties()


def _tasks(request: HttpRequest) -> QuerySet[Any]:
    # By the installation's clock: every page has this number, and the programme's would cost each
    # of them a query more.
    today = timezone.localdate()
    return clerk_tasks.due(clerk_tasks.visible(scope=scopes.scope_for(request.user)), today=today)


def _calls(request: HttpRequest) -> QuerySet[Any]:
    return StepCall.objects.filter(state=StepCall.State.DEAD)


def _jobs(request: HttpRequest) -> QuerySet[Any]:
    return Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])


def _dispatches(request: HttpRequest) -> QuerySet[Any]:
    return Dispatch.objects.filter(state=Dispatch.State.DEAD)


_WAITING: Mapping[str, Callable[[HttpRequest], QuerySet[Any]]] = {
    "approvals": _approvals,
    "cases": _cases,
    "duties": _duties,
    "privacy": _privacy,
    "tasks": _tasks,
    "calls": _calls,
    "jobs": _jobs,
    "dispatches": _dispatches,
}


def _counts(request: HttpRequest) -> dict[str, int]:
    kept: dict[str, int] | None = request.__dict__.get(_KEPT)
    if kept is None:
        parts = [_counted(waiting(request)) for waiting in _WAITING.values()]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(sql for sql, _ in parts)}",
                [value for _, values in parts for value in values],
            )
            kept = dict(zip(_WAITING, cursor.fetchone(), strict=True))
        request.__dict__[_KEPT] = kept
    return kept


def _counted(queryset: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    """A number as a part of a query, and its parameters."""
    try:
        sql, values = queryset.order_by().values("pk")[:MOST].query.sql_with_params()
    except EmptyResultSet:
        return "0", ()
    # Django wrote it; values go beside it.
    return f"(SELECT count(*) FROM ({sql}) waiting)", tuple(values)  # noqa: S608
