"""Numbers in the sidebar: what waits for this operator. Counted up to a bound, on indexes."""

from django.db.models import QuerySet
from django.http import HttpRequest

from members.models import ApprovalRequest, Dispatch, Job

MOST = 100


def waiting_approvals(request: HttpRequest) -> int:
    """Requests that the operator may decide: never their own."""
    if not request.user.has_perm("members.decide_approvalrequest"):
        return 0
    waiting = ApprovalRequest.objects.filter(status=ApprovalRequest.Status.PENDING)
    return _up_to_most(waiting.exclude(maker_id=request.user.pk))


def running_jobs(request: HttpRequest) -> int:
    return _up_to_most(Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]))


def dead_dispatches(request: HttpRequest) -> int:
    return _up_to_most(Dispatch.objects.filter(state=Dispatch.State.DEAD))


def _up_to_most(queryset: QuerySet) -> int:  # type: ignore[type-arg]
    return queryset[:MOST].count()
