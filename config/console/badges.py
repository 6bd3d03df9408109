"""Numbers in the sidebar: what waits for this operator. Counted up to a bound, on indexes."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from members.models import ApprovalRequest, Dispatch, Job
from members.selectors import breaches, privacy_requests, scopes, service_cases

MOST = 100


def waiting_approvals(request: HttpRequest) -> int:
    """Requests that the operator may decide: never their own."""
    if not request.user.has_perm("members.decide_approvalrequest"):
        return 0
    waiting = ApprovalRequest.objects.filter(status=ApprovalRequest.Status.PENDING)
    return _up_to_most(waiting.exclude(maker_id=request.user.pk))


def overdue_cases(request: HttpRequest) -> int:
    """Service cases of the operator's stores that should have been answered by now."""
    cases = service_cases.visible(scope=scopes.scope_for(request.user))
    return _up_to_most(service_cases.overdue(cases, at=timezone.now()))


def open_duties(request: HttpRequest) -> int:
    """Duties of breaches that nobody has noted as done."""
    return breaches.open_duties_count(limit=MOST)


def open_privacy_requests(request: HttpRequest) -> int:
    """Privacy requests of the operator's stores that wait for an answer."""
    rows = privacy_requests.visible(scope=scopes.scope_for(request.user))
    return _up_to_most(privacy_requests.open_requests(rows))


def running_jobs(request: HttpRequest) -> int:
    return _up_to_most(Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]))


def dead_dispatches(request: HttpRequest) -> int:
    return _up_to_most(Dispatch.objects.filter(state=Dispatch.State.DEAD))


def _up_to_most(queryset: QuerySet) -> int:  # type: ignore[type-arg]
    return queryset[:MOST].count()
