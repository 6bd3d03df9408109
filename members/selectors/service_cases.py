"""Service cases: the inboxes, one conversation, and how quickly the house answers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet

from members.errors import NotFound
from members.models import CaseMessage, ServiceCase
from members.selectors.scopes import Scope

_State = ServiceCase.State
_ONGOING = ~Q(state=_State.RESOLVED)
_WITHOUT_ANSWER = _ONGOING & Q(first_response_at=None)
MOST_MESSAGES = 500


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What became of the cases that were opened in a period. Averages are seconds, or of 1 to 5;
    None where there is nothing to average."""

    opened_count: int
    answered_count: int
    answered_in_time_count: int
    average_first_response_seconds: int | None
    resolved_count: int
    average_resolution_seconds: int | None
    rated_count: int
    average_satisfaction: float | None


def visible(*, scope: Scope) -> QuerySet[ServiceCase]:
    """The cases of these stores; those of no store are the chain's."""
    return scope.narrow(ServiceCase.objects.all())


def by_uid(*, uid: UUID, scope: Scope) -> ServiceCase:
    """Raises: NotFound, also for a case of another store."""
    rows = visible(scope=scope).select_related("topic", "store", "member__key")
    case: ServiceCase | None = rows.filter(uid=uid).first()
    if case is None:
        raise NotFound
    return case


def without_answer(cases: QuerySet[ServiceCase]) -> QuerySet[ServiceCase]:
    """Those that nobody has answered yet."""
    return cases.filter(_WITHOUT_ANSWER)


def overdue(cases: QuerySet[ServiceCase], *, at: datetime) -> QuerySet[ServiceCase]:
    """Those without an answer whose time is over at `at`."""
    return cases.filter(_WITHOUT_ANSWER, first_response_due_at__lt=at)


def ongoing(cases: QuerySet[ServiceCase]) -> QuerySet[ServiceCase]:
    """Those that are not resolved."""
    return cases.filter(_ONGOING)


def of_person(cases: QuerySet[ServiceCase], *, person_id: int) -> QuerySet[ServiceCase]:
    """Those that this person works on."""
    return cases.filter(_ONGOING, assignee_id=person_id)


def conversation(*, case: ServiceCase) -> list[CaseMessage]:
    """All that was said, in the order in which it was said; the newest 500. One query."""
    rows = CaseMessage.objects.filter(case=case).select_related("member__key", "author")
    return list(rows.order_by("-occurred_at", "-pk")[:MOST_MESSAGES])[::-1]


def figures(*, since: datetime, until: datetime, scope: Scope) -> Figures:
    """The figures of the cases opened in [since, until). One query.

    A case counts in the period in which it was opened, whenever it was answered: facts that come
    late change that period, and no other.
    """
    cases = visible(scope=scope).filter(opened_at__gte=since, opened_at__lt=until)
    found = cases.aggregate(
        opened=Count("pk"),
        answered=Count("first_response_at"),
        in_time=Count("pk", filter=Q(first_response_at__lte=F("first_response_due_at"))),
        response=Avg(_lasting("first_response_at")),
        resolved=Count("resolved_at"),
        resolution=Avg(_lasting("resolved_at")),
        rated=Count("satisfaction"),
        satisfaction=Avg("satisfaction"),
    )
    return Figures(
        opened_count=found["opened"],
        answered_count=found["answered"],
        answered_in_time_count=found["in_time"],
        average_first_response_seconds=_seconds(found["response"]),
        resolved_count=found["resolved"],
        average_resolution_seconds=_seconds(found["resolution"]),
        rated_count=found["rated"],
        average_satisfaction=found["satisfaction"],
    )


def _lasting(column: str) -> ExpressionWrapper:
    return ExpressionWrapper(F(column) - F("opened_at"), output_field=DurationField())


def _seconds(duration: object) -> int | None:
    return None if duration is None else round(duration.total_seconds())  # type: ignore[attr-defined]
