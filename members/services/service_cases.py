"""Service cases begin here. See docs/service.md.

What is said in them is in `case_messages`, what people do with them in `service_case_steps`.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from members.errors import DomainError, NotFound
from members.events import ServiceCaseOpened
from members.models import CaseMessage, Member, ServiceCase, ServiceTopic
from members.rules import service_cases as rules
from members.services import case_messages
from members.services import service_case_changes as changes
from members.services.service_case_changes import Doing

_SENT_ONCE = "service_case_sent_once"


class UnknownTopic(DomainError):
    """There is no such topic of service cases in use."""

    code = "unknown_topic"


class CaseConflict(DomainError):
    """A different case was sent under this number before."""

    code = "case_conflict"
    status = 409


class SubjectRequired(DomainError):
    """Say in a few words what it is about."""

    code = "subject_required"


@dataclass(frozen=True, kw_only=True)
class CaseOpening:
    """What is known when a case begins. `topic` is a code.

    `text` is what the member said. `answer` is what they were told at once, in a call that was
    taken or at the counter: it stops the clock where it began. `source` and `external_id` are
    the number that a channel gave the case.
    """

    topic: str
    medium: str
    subject: str
    kind: str = ServiceCase.Kind.QUESTION
    priority: int = ServiceCase.Priority.NORMAL
    member_id: int | None = None
    store_id: int | None = None
    text: str = ""
    answer: str = ""
    order_reference: str = ""
    source: str = ""
    external_id: str = ""
    opened_at: datetime | None = None


@dataclass(frozen=True)
class Opened:
    """The case, and whether this call made it."""

    case: ServiceCase
    is_new: bool


def open_case(*, opening: CaseOpening, doing: Doing) -> Opened:
    """The case: made, or the one that came under the same number before.

    Raises: UnknownTopic; SubjectRequired; CaseInFuture; NotFound, for a member who is gone;
    CaseConflict, when another case has this number.
    """
    if not opening.subject.strip():
        raise SubjectRequired
    known = _known(opening)
    if known is not None:
        return Opened(_same(known, opening), False)
    try:
        with transaction.atomic():
            return Opened(_open(opening, doing), True)
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != _SENT_ONCE:
            raise
    # Two at once under one number: the constraint let the other one through.
    winner = _known(opening)
    assert winner is not None
    return Opened(_same(winner, opening), False)


def _open(opening: CaseOpening, doing: Doing) -> ServiceCase:
    topic = ServiceTopic.objects.filter(code=opening.topic, is_active=True).first()
    if topic is None:
        raise UnknownTopic(topic=opening.topic)
    opened_at = _opened_at(opening, doing)
    case = ServiceCase.objects.create(
        member=_member(opening.member_id),
        topic=topic,
        kind=opening.kind,
        medium=opening.medium,
        priority=opening.priority,
        subject=opening.subject.strip(),
        store_id=opening.store_id,
        source=opening.source,
        external_id=opening.external_id,
        order_reference=opening.order_reference,
        opened_at=opened_at,
        recorded_at=doing.at,
        first_response_due_at=rules.due_at(
            opened_at=opened_at, minutes=topic.first_response_minutes
        ),
    )
    changes.tell(case, ServiceCaseOpened, opened_at, doing)
    _say_first_words(case, opening, doing)
    return case


def _opened_at(opening: CaseOpening, doing: Doing) -> datetime:
    return Doing(at=doing.at, occurred_at=opening.opened_at).when


def _say_first_words(case: ServiceCase, opening: CaseOpening, doing: Doing) -> None:
    first = Doing(
        at=doing.at, actor_id=doing.actor_id, source=doing.source, occurred_at=case.opened_at
    )
    if opening.text.strip():
        word = case_messages.Word(kind=CaseMessage.Kind.FROM_MEMBER, text=opening.text)
        case_messages.write(case, word, first)
    if opening.answer.strip():
        word = case_messages.Word(kind=CaseMessage.Kind.TO_MEMBER, text=opening.answer)
        case_messages.write(case, word, first)


def _member(member_id: int | None) -> Member | None:
    """The member, or who took them over; held, so that a merge or an erasure waits."""
    if member_id is None:
        return None
    members = Member.objects.select_for_update(of=("self",), no_key=True)
    member: Member | None = members.filter(pk=member_id).first()
    while member is not None and member.merged_into_id is not None:
        member = members.filter(pk=member.merged_into_id).first()
    if member is None or member.state == Member.State.ERASED:
        raise NotFound
    return member


def _known(opening: CaseOpening) -> ServiceCase | None:
    if not opening.external_id:
        return None
    rows = ServiceCase.objects.select_related("topic", "member__key")
    return rows.filter(source=opening.source, external_id=opening.external_id).first()


def _same(case: ServiceCase, opening: CaseOpening) -> ServiceCase:
    """The known case, if what came again says the same of what never changes: the member may
    have been merged, and staff may have corrected topic, kind and priority."""
    if case.member is not None and case.member.state == Member.State.ERASED:
        # What was said of them is forgotten: there is nothing to compare.
        return case
    # As it was kept: a clock ahead was taken as ours.
    again = case.opened_at if opening.opened_at is None else opening.opened_at
    same = (
        (case.member_id is None) == (opening.member_id is None),
        min(again, case.recorded_at) == case.opened_at,
        case.medium == opening.medium,
        case.order_reference == opening.order_reference,
        case.subject == opening.subject.strip(),
    )
    if not all(same):
        raise CaseConflict(external_id=opening.external_id)
    return case
