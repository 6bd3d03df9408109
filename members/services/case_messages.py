"""What was said in a service case: words of the member, answers, notes among staff."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from members.errors import DomainError
from members.events import ServiceCaseAnswered, ServiceCaseReopened
from members.models import CaseMessage, ServiceCase
from members.rules import service_cases as rules
from members.sealing.keys import KeyShredded
from members.services import service_case_changes as changes
from members.services.service_case_changes import Doing

_Kind = CaseMessage.Kind
LONGEST_TEXT = 4_000


class TextRequired(DomainError):
    """Write something."""

    code = "text_required"


class TextTooLong(DomainError):
    """The text is too long."""

    code = "text_too_long"


class MessageConflict(DomainError):
    """A different message was sent under this number before."""

    code = "message_conflict"
    status = 409


class BeforeOpening(DomainError):
    """This is said to have happened before the case was opened."""

    code = "before_opening"


@dataclass(frozen=True, kw_only=True)
class Word:
    """One message. `external_id` is the channel's own id of it, so that it may come twice."""

    kind: str
    text: str
    external_id: str = ""


@dataclass(frozen=True)
class Added:
    """The message, its case, and whether this call made it."""

    message: CaseMessage
    case: ServiceCase
    is_new: bool


def add(*, case_id: int, word: Word, doing: Doing) -> Added:
    """The message in its case; one with a known `external_id` is the one that came before.

    An answer stops the clock of the first response, as of when it was given; a word of the member
    opens the case again unless it is older than what followed.

    Raises: NotFound; CaseChanged; CaseInFuture; BeforeOpening; MessageConflict; TextRequired;
    TextTooLong.
    """
    with transaction.atomic():
        case = changes.locked(case_id=case_id, doing=doing)
        known = _known(case, word)
        if known is not None:
            return Added(known, case, False)
        return Added(write(case, word, doing), case, True)


def write(case: ServiceCase, word: Word, doing: Doing) -> CaseMessage:
    """The new message of a locked case. Raises: as `add`."""
    text = word.text.strip()
    if not text:
        raise TextRequired
    if len(text) > LONGEST_TEXT:
        raise TextTooLong(limit=LONGEST_TEXT)
    when = doing.when
    refuse_before_opening(case, when)
    spoke = _last_words(case)
    message = CaseMessage.objects.create(
        case=case,
        member=case.member,
        kind=word.kind,
        text=text,
        author_id=doing.actor_id,
        external_id=word.external_id,
        occurred_at=when,
        recorded_at=doing.at,
    )
    if word.kind == _Kind.TO_MEMBER:
        _answered(case, when, spoke.get(_Kind.FROM_MEMBER), doing)
    elif word.kind == _Kind.FROM_MEMBER:
        _heard(case, when, spoke.get(_Kind.TO_MEMBER), doing)
    changes.save(case, "state", "first_response_at", "resolved_at", "reopened_count")
    return message


def refuse_before_opening(case: ServiceCase, when: datetime) -> None:
    """Raises: BeforeOpening."""
    if when < case.opened_at:
        raise BeforeOpening(opened_at=case.opened_at.isoformat())


def spoken_since(case: ServiceCase, when: datetime) -> bool:
    """Whether the member wrote after that."""
    words = CaseMessage.objects.filter(case=case, kind=_Kind.FROM_MEMBER, occurred_at__gt=when)
    return words.exists()


def put_back(case: ServiceCase, when: datetime, doing: Doing) -> None:
    """Sets the resolved case open again and tells it; the caller saves."""
    case.state, case.resolved_at = ServiceCase.State.OPEN, None
    case.reopened_count += 1
    changes.tell(case, ServiceCaseReopened, when, doing)


def _answered(
    case: ServiceCase, when: datetime, member_spoke_at: datetime | None, doing: Doing
) -> None:
    is_first = case.first_response_at is None
    case.first_response_at = rules.first_response(known=case.first_response_at, answered_at=when)
    case.state = rules.after_answer(case.state, answered_at=when, member_spoke_at=member_spoke_at)
    if is_first:
        changes.tell(case, ServiceCaseAnswered, when, doing)


def _heard(
    case: ServiceCase, when: datetime, house_spoke_at: datetime | None, doing: Doing
) -> None:
    was_resolved = case.state == ServiceCase.State.RESOLVED
    state = rules.after_word(
        case.state,
        spoken_at=when,
        house_spoke_at=house_spoke_at,
        resolved_at=case.resolved_at,
    )
    if was_resolved and state != case.state:
        put_back(case, when, doing)
    case.state = state


def _last_words(case: ServiceCase) -> dict[str, datetime]:
    """When each side last spoke, by kind of message."""
    rows = CaseMessage.objects.filter(case=case).order_by().values("kind")
    return dict(rows.annotate(last_at=Max("occurred_at")).values_list("kind", "last_at"))


def _known(case: ServiceCase, word: Word) -> CaseMessage | None:
    if not word.external_id:
        return None
    rows = CaseMessage.objects.filter(case=case, external_id=word.external_id)
    known = rows.select_related("member__key").first()
    if known is not None and (known.kind != word.kind or not _text_is(known, word.text.strip())):
        raise MessageConflict(external_id=word.external_id)
    return known


def _text_is(message: CaseMessage, text: str) -> bool:
    try:
        known: str = message.text
    except KeyShredded:
        return True
    return known == text
