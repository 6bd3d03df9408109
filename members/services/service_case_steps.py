"""Steps of a service case that people take by hand: assign, classify, wait, resolve, rate."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from django.db import transaction

from members.errors import DomainError
from members.events import ServiceCaseRated, ServiceCaseResolved
from members.models import CaseMessage, ServiceCase, ServiceTopic, User
from members.rules import service_cases as rules
from members.selectors import scopes
from members.services import case_messages
from members.services import service_case_changes as changes
from members.services.service_case_changes import Doing
from members.services.service_cases import UnknownTopic

_State = ServiceCase.State
WORKS_ON_CASES = "members.change_servicecase"
BEST = 5


class CaseResolved(DomainError):
    """The case is resolved: open it again first."""

    code = "case_resolved"
    status = 409


class BadSatisfaction(DomainError):
    """Satisfaction is a whole number from 1 to 5."""

    code = "bad_satisfaction"


class NotOnCases(DomainError):
    """This person does not work on service cases of this store."""

    code = "not_on_cases"


@dataclass(frozen=True, kw_only=True)
class Classification:
    """What a case is about; `topic` is a code."""

    topic: str
    kind: str
    priority: int


def assign(*, case_id: int, assignee_id: int | None, doing: Doing) -> ServiceCase:
    """The case with this person; None: with nobody.

    Raises: NotFound; CaseChanged; NotOnCases.
    """
    with transaction.atomic():
        case = changes.locked(case_id=case_id, doing=doing)
        if case.assignee_id == assignee_id:
            return case
        if assignee_id is not None:
            _check_works_on(assignee_id, case)
        case.assignee_id = assignee_id
        return changes.save(case, "assignee")


def classify(*, case_id: int, said: Classification, doing: Doing) -> ServiceCase:
    """The case under this topic, kind and priority. While nobody has answered, the clock is that
    of the new topic.

    Raises: NotFound; CaseChanged; UnknownTopic.
    """
    with transaction.atomic():
        case = changes.locked(case_id=case_id, doing=doing)
        if (case.topic.code, case.kind, case.priority) == (said.topic, said.kind, said.priority):
            return case
        if case.topic.code != said.topic:
            _set_topic(case, said.topic)
        case.kind, case.priority = said.kind, said.priority
        return changes.save(case, "topic", "first_response_due_at", "kind", "priority")


def wait(*, case_id: int, doing: Doing) -> ServiceCase:
    """The case, waiting for the member; what they write opens it again.

    Raises: NotFound; CaseChanged; CaseResolved.
    """
    with transaction.atomic():
        case = changes.locked(case_id=case_id, doing=doing)
        if case.state == _State.WAITING:
            return case
        if case.state == _State.RESOLVED:
            raise CaseResolved
        case.state = _State.WAITING
        return changes.save(case, "state")


def resolve(*, case_id: int, doing: Doing, answer: str = "") -> ServiceCase:
    """The case, resolved, with a last answer if there is one; again it changes nothing. Told
    late, when the member has written since, it leaves the case opened again.

    Raises: NotFound; CaseChanged; CaseInFuture; BeforeOpening.
    """
    with transaction.atomic():
        case = changes.locked(case_id=case_id, doing=doing)
        if case.state == _State.RESOLVED:
            return case
        when = doing.when
        case_messages.refuse_before_opening(case, when)
        if answer.strip():
            word = case_messages.Word(kind=CaseMessage.Kind.TO_MEMBER, text=answer)
            case_messages.write(case, word, doing)
        case.state, case.resolved_at = _State.RESOLVED, when
        changes.tell(case, ServiceCaseResolved, when, doing)
        if case_messages.spoken_since(case, when):
            case_messages.put_back(case, doing.at, doing)
        return changes.save(case, "state", "resolved_at", "reopened_count")


def reopen(*, case_id: int, doing: Doing) -> ServiceCase:
    """The resolved case, open again; one that isn't resolved stays as it is.

    Raises: NotFound; CaseChanged; CaseInFuture.
    """
    with transaction.atomic():
        case = changes.locked(case_id=case_id, doing=doing)
        if case.state != _State.RESOLVED:
            return case
        case_messages.put_back(case, doing.when, doing)
        return changes.save(case, "state", "resolved_at", "reopened_count")


def rate(*, case_id: int, satisfaction: int, doing: Doing) -> ServiceCase:
    """The case with what the member thinks of it, 1 to 5; a later word replaces it. It may come
    before the case is resolved: members are quicker than lists.

    Raises: NotFound; CaseChanged; CaseInFuture; BadSatisfaction.
    """
    if isinstance(satisfaction, bool) or not 1 <= satisfaction <= BEST:
        raise BadSatisfaction
    with transaction.atomic():
        case = changes.locked(case_id=case_id, doing=doing)
        if case.satisfaction == satisfaction:
            return case
        when = doing.when
        case.satisfaction = satisfaction
        changes.tell(case, ServiceCaseRated, when, doing, satisfaction=satisfaction)
        return changes.save(case, "satisfaction")


def apply(*, case_id: int, state: str = "", satisfaction: int | None = None, doing: Doing) -> None:
    """Takes what a channel tells of a case in one message: the state that it has there, and what
    the member thinks of it. Empty and None: nothing is told of that.

    Raises: as the steps; then nothing was changed.
    """
    with transaction.atomic():
        changes.locked(case_id=case_id, doing=doing)
        # From here on the row is ours: the steps need not compare its version again.
        own = replace(doing, expected_version=None)
        if state:
            _STEPS[state](case_id=case_id, doing=own)
        if satisfaction is not None:
            rate(case_id=case_id, satisfaction=satisfaction, doing=own)


def may_be_assigned(person: User, case: ServiceCase) -> bool:
    """Whether this person works on cases of its store."""
    if not person.is_active or not person.has_perm(WORKS_ON_CASES):
        return False
    return scopes.scope_for(person).contains(case.store_id)


def _check_works_on(person_id: int, case: ServiceCase) -> None:
    person = User.objects.filter(pk=person_id).first()
    if person is None or not may_be_assigned(person, case):
        raise NotOnCases


def _set_topic(case: ServiceCase, code: str) -> None:
    topic = ServiceTopic.objects.filter(code=code, is_active=True).first()
    if topic is None:
        raise UnknownTopic(topic=code)
    case.topic = topic
    if case.first_response_at is None:
        case.first_response_due_at = rules.due_at(
            opened_at=case.opened_at, minutes=topic.first_response_minutes
        )


_STEPS: Mapping[str, Callable[..., ServiceCase]] = {
    _State.OPEN: reopen,
    _State.WAITING: wait,
    _State.RESOLVED: resolve,
}
