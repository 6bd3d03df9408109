"""What of this app grows old: who removes it, after how many days at least."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import (
    ApprovalRequest,
    Dispatch,
    IdempotencyKey,
    Job,
    JobError,
    MemberSession,
    MemberToken,
    OneTimeCode,
    Submission,
)
from members.registry.privacy import RetentionCategory
from members.selectors import legal_holds

_ENDED_JOBS = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELED)


def categories() -> list[RetentionCategory]:
    """Called by `apps.ready`."""
    return [
        _removed("members.answers", _("Answers kept for repeats of API calls"), 7, 7, _answers),
        _removed("members.codes", _("One-time codes"), 7, 1, _codes),
        _removed("members.tokens", _("Tokens of consumer apps"), 30, 1, _tokens),
        _removed("members.sessions", _("Log-ins of members that have ended"), 180, 30, _sessions),
        _removed("members.job_errors", _("Row errors of jobs that have ended"), 90, 7, _job_errors),
        _removed("members.dead_dispatches", _("Dead dispatches"), 180, 30, _dead),
        _removed("members.submissions", _("Ids of forms that were sent"), 90, 7, _submissions),
        RetentionCategory(
            code="members.approval_details",
            label=_("Details of requests that were decided"),
            default_days=365,
            minimum_days=30,
            count=lambda before: _approvals(before).count(),
            remove=_empty_approvals,
        ),
    ]


def _removed(code: str, label: Any, days: int, minimum: int, rows_of: Any) -> RetentionCategory:
    """A category whose rows go; `rows_of(before)` are those that are old enough."""

    def remove(before: datetime, limit: int) -> int:
        rows: QuerySet[Any] = rows_of(before)
        # Locked rows are at work: the next run finds them.
        chosen = rows.order_by("pk").select_for_update(skip_locked=True, of=("self",))
        ids = list(chosen.values_list("pk", flat=True)[:limit])
        rows.model._default_manager.filter(pk__in=ids).delete()
        return len(ids)

    return RetentionCategory(
        code=code,
        label=label,
        default_days=days,
        minimum_days=minimum,
        count=lambda before: rows_of(before).count(),
        remove=remove,
    )


def unheld(rows: QuerySet[Any], member: str = "member_id") -> QuerySet[Any]:
    """Without the rows of members under a legal hold."""
    held = legal_holds.held()
    return rows.exclude(**{f"{member}__in": held}) if held else rows


def _answers(before: datetime) -> QuerySet[Any]:
    return unheld(IdempotencyKey.objects.filter(created_at__lt=before))


def _codes(before: datetime) -> QuerySet[Any]:
    return OneTimeCode.objects.filter(expires_at__lt=before)


def _tokens(before: datetime) -> QuerySet[Any]:
    return MemberToken.objects.filter(expires_at__lt=before)


def _sessions(before: datetime) -> QuerySet[Any]:
    over = Q(ended_at__lt=before) | Q(expires_at__lt=before)
    return unheld(MemberSession.objects.filter(over))


def _job_errors(before: datetime) -> QuerySet[Any]:
    return JobError.objects.filter(job__finished_at__lt=before, job__state__in=_ENDED_JOBS)


def _dead(before: datetime) -> QuerySet[Any]:
    return Dispatch.objects.filter(state=Dispatch.State.DEAD, next_at__lt=before)


def _submissions(before: datetime) -> QuerySet[Any]:
    return unheld(Submission.objects.filter(created_at__lt=before))


def _approvals(before: datetime) -> QuerySet[Any]:
    decided = ApprovalRequest.objects.exclude(status=ApprovalRequest.Status.PENDING)
    return unheld(decided.filter(payload__isnull=False, decided_at__lt=before))


def _empty_approvals(before: datetime, limit: int) -> int:
    """The request stays, as the record of who let what happen; what it asked for in detail goes."""
    chosen = _approvals(before).order_by("pk").select_for_update(skip_locked=True, of=("self",))
    ids = list(chosen.values_list("pk", flat=True)[:limit])
    return ApprovalRequest.objects.filter(pk__in=ids).update(payload=None)
