"""Third parties are told of an erasure or a correction, and their answers are kept.

PIPL art. 47 and GDPR art. 17(2), 19: whoever got the data is to erase or correct them too.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from members.errors import AlreadyDecided, DomainError, NotFound
from members.models import PrivacyRequest, Recipient, RecipientNotice, User
from members.services import audit

_State = RecipientNotice.State
ANSWERS = (_State.CONFIRMED, _State.REFUSED)


class NotTold(DomainError):
    """This recipient was not told yet: there is nothing to answer."""

    code = "recipient_not_told"
    status = 409


def open_notices(
    *, request: PrivacyRequest, member_ids: Sequence[int], at: datetime
) -> list[RecipientNotice]:
    """A notice to be told for everyone who got data of these members, and for every processor who
    receives data. Again it adds nothing."""
    concerned = Recipient.objects.filter(
        Q(disclosures__member__in=member_ids) | Q(role=Recipient.Role.PROCESSOR, is_active=True)
    )
    RecipientNotice.objects.bulk_create(
        [
            RecipientNotice(request=request, recipient=recipient, created_at=at)
            for recipient in concerned.distinct().order_by("pk")
        ],
        ignore_conflicts=True,
    )
    return list(RecipientNotice.objects.filter(request=request).select_related("recipient"))


def tell(*, notice_id: int, actor: User, at: datetime) -> RecipientNotice:
    """The notice, told: by letter, mail or their own interface. Again it changes nothing.

    Raises: NotFound.
    """
    with transaction.atomic():
        notice = _lock(notice_id)
        if notice.state == _State.TO_TELL:
            notice.state, notice.told_at, notice.actor = _State.TOLD, at, actor
            notice.save(update_fields=["state", "told_at", "actor"])
            _note(notice, "told", actor, at)
    return notice


def answer(
    *, notice_id: int, state: str, answer: str, actor: User, at: datetime
) -> RecipientNotice:
    """The notice with the recipient's answer: CONFIRMED or REFUSED, and their words.

    Raises: NotFound; NotTold; AlreadyDecided, when they answered otherwise before.
    """
    with transaction.atomic():
        notice = _lock(notice_id)
        if state not in ANSWERS:
            raise NotFound
        if notice.state == _State.TO_TELL:
            raise NotTold
        if notice.state in ANSWERS:
            if notice.state != state:
                raise AlreadyDecided
            return notice
        notice.state, notice.answered_at, notice.answer = state, at, answer.strip()[:300]
        notice.actor = actor
        notice.save(update_fields=["state", "answered_at", "answer", "actor"])
        _note(notice, state.lower(), actor, at)
    return notice


def _lock(notice_id: int) -> RecipientNotice:
    rows = RecipientNotice.objects.select_for_update(of=("self",)).select_related("recipient")
    notice = rows.filter(pk=notice_id).first()
    if notice is None:
        raise NotFound
    return notice


def _note(notice: RecipientNotice, verb: str, actor: User, at: datetime) -> None:
    audit.record(
        action=f"privacy.recipient_{verb}",
        at=at,
        actor_id=actor.pk,
        member_id=PrivacyRequest.objects.values_list("member_id", flat=True).get(
            pk=notice.request_id
        ),
        details={"recipient": notice.recipient.code, "notice": notice.pk},
    )
